use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        CustomizedPasswordHasher, Error, PasswordHasher, Result,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use std::{
    cell::RefCell,
    sync::{Mutex, PoisonError},
};

/// Argon2id in memory that it is lent. To get 19 MiB from the system for each hash, and to have them zeroed, takes more than half as long as to hash.
pub struct Argon2In<'memory> {
    params: Params,
    memory: RefCell<&'memory mut Vec<Block>>,
}

impl<'memory> Argon2In<'memory> {
    /// Hashes with these parameters in this memory, which becomes as large as is needed.
    pub const fn new(params: Params, memory: &'memory mut Vec<Block>) -> Self {
        Self { params, memory: RefCell::new(memory) }
    }
}

impl PasswordHasher<PasswordHash> for Argon2In<'_> {
    fn hash_password_with_salt(&self, password: &[u8], salt: &[u8]) -> Result<PasswordHash> {
        self.hash_password_with_params(password, salt, self.params.clone())
    }
}

impl CustomizedPasswordHasher<PasswordHash> for Argon2In<'_> {
    type Params = Params;

    fn hash_password_customized(
        &self,
        password: &[u8],
        salt: &[u8],
        algorithm: Option<&str>,
        version: Option<u32>,
        params: Params,
    ) -> Result<PasswordHash> {
        let algorithm = algorithm.map(Algorithm::try_from).transpose()?.unwrap_or_default();
        let version = version.map(Version::try_from).transpose()?.unwrap_or_default();
        let mut memory = self.memory.try_borrow_mut().map_err(|_| Error::Internal)?;
        let blocks = params.block_count();
        let missing = blocks.saturating_sub(memory.len());
        memory.try_reserve_exact(missing).map_err(|_| Error::OutOfMemory)?;
        memory.resize(blocks, Block::default());
        let mut buffer = [0; Output::MAX_LENGTH];
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let output = buffer.get_mut(..length).ok_or(Error::OutputSize)?;
        let argon2 = Argon2::new(algorithm, version, params.clone());
        argon2.hash_password_into_with_memory(password, salt, output, memory.as_mut_slice())?;
        Ok(PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(&params)?,
            salt: Some(Salt::new(salt)?),
            hash: Some(Output::new(output)?),
        })
    }
}

/// Memory that has been hashed in, and is kept while others wait to hash.
#[derive(Default)]
pub struct SpareMemory(Mutex<Vec<Vec<Block>>>);

impl SpareMemory {
    /// Memory that nobody uses, or none.
    pub fn take(&self) -> Vec<Block> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Keeps this memory for the next, or lets all go.
    pub fn give_back(&self, memory: Vec<Block>, somebody_waits: bool) {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spare.push(memory);
        if !somebody_waits {
            spare.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Argon2In, SpareMemory};
    use argon2::{Algorithm, Argon2, Block, Params, PasswordHasher, Version};

    #[test]
    fn what_was_hashed_before_in_the_same_memory_does_not_matter() {
        let mut memory = Vec::new();
        for kibibytes in [64, 512, 64, 8, 512] {
            let params = Params::new(kibibytes, 2, 1, None).expect("parameters");
            let fresh = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
            let expected = fresh.hash_password_with_salt(b"correct horse", b"sixteen bytes it").expect("a hash");
            let hash = Argon2In::new(params, &mut memory).hash_password_with_salt(b"correct horse", b"sixteen bytes it");
            assert_eq!(hash.expect("a hash"), expected);
        }
    }

    #[test]
    fn memory_is_kept_while_somebody_waits_and_no_longer() {
        let spare = SpareMemory::default();
        let (one, two) = (vec![Block::default()], vec![Block::default(); 2]);
        spare.give_back(one, true);
        assert_eq!(spare.take().len(), 1);
        spare.give_back(vec![Block::default()], true);
        spare.give_back(two, false);
        assert_eq!(spare.take().len(), 0);
    }
}
