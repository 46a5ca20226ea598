# syntax=docker/dockerfile:1

FROM rust:1.95.0-slim-bookworm AS toolchain
WORKDIR /build
# The allocator's build needs it.
RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*
# The image's own toolchain; rust-toolchain.toml would have rustup download what only development needs.
ENV RUSTUP_TOOLCHAIN=1.95.0
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    cargo install cargo-chef --locked --version 0.1.78

# What the manifests say, apart from the sources: it changes only when a dependency does.
FROM toolchain AS plan
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM toolchain AS build
COPY --from=plan /build/recipe.json recipe.json
# The dependencies have this layer to themselves.
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    cargo chef cook --release --locked --package library-server --recipe-path recipe.json
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    cargo build --release --locked --package library-server

# glibc, the certificate authorities and a user without rights; no shell.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /build/target/release/library-server /usr/local/bin/library-server
WORKDIR /home/nonroot
ENV HOST=0.0.0.0
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["/usr/local/bin/library-server", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/library-server"]
CMD ["serve"]
