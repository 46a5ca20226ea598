use library_auth_app::{
    EndAllSessions, EndSession, IdentifyCaller, ListPublicKeys, ListSessions, Login, Logout, RefreshTokens, RevokeToken,
};
use library_shared_http::WriteTasks;
use std::sync::Arc;

/// What the session routes and the gate call.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the use case that it is named after")]
pub struct AuthApi {
    pub login: Arc<Login>,
    pub refresh_tokens: Arc<RefreshTokens>,
    pub logout: Arc<Logout>,
    pub revoke_token: Arc<RevokeToken>,
    pub list_sessions: Arc<ListSessions>,
    pub end_session: Arc<EndSession>,
    pub end_all_sessions: Arc<EndAllSessions>,
    pub list_public_keys: Arc<ListPublicKeys>,
    pub identify_caller: Arc<IdentifyCaller>,
    pub writes: WriteTasks,
}
