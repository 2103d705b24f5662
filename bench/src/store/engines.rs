//! The engines, each as small as it can be. Settings are the engines' own but for durability, cache (64 MB where there
//! is one) and greatest size.

use std::path::Path;
use std::sync::Arc;

pub type Write = (Vec<u8>, Option<Vec<u8>>);
pub type Engine = Arc<dyn Store>;

/// Whether an engine gathers its clients' commits itself.
#[derive(Clone, Copy, PartialEq)]
pub enum Commits {
    Alone,
    Together,
}

pub trait Store: Send + Sync {
    fn commits(&self) -> Commits {
        Commits::Alone
    }
    /// All or nothing, and durable when it returns.
    fn write(&self, writes: &[Write]) -> anyhow::Result<()>;
    fn get(&self, key: &[u8]) -> anyhow::Result<Option<Vec<u8>>>;
    /// The keys from `from` on; their values are read too.
    fn scan(&self, from: &[u8], most: usize) -> anyhow::Result<Vec<Vec<u8>>>;
}

pub const NAMES: &[&str] = &[
    "store-kv",
    "fjall",
    #[cfg(feature = "engines")]
    "heed",
    #[cfg(feature = "engines")]
    "redb",
    #[cfg(feature = "engines")]
    "canopydb",
    #[cfg(feature = "rocksdb")]
    "rocksdb",
];

const CACHE_BYTES: usize = 64 << 20;

pub fn open(name: &str, path: &Path) -> anyhow::Result<Engine> {
    std::fs::create_dir_all(path)?;
    Ok(match name {
        "store-kv" => Arc::new(own::Own::open(path)?),
        "fjall" => Arc::new(fjall_engine::Fjall::open(path)?),
        #[cfg(feature = "engines")]
        "heed" => Arc::new(heed_engine::Heed::open(path)?),
        #[cfg(feature = "engines")]
        "redb" => Arc::new(redb_engine::Redb::open(path)?),
        #[cfg(feature = "engines")]
        "canopydb" => Arc::new(canopy_engine::Canopy::open(path)?),
        #[cfg(feature = "rocksdb")]
        "rocksdb" => Arc::new(rocks_engine::Rocks::open(path)?),
        other => anyhow::bail!("{other} is not built in"),
    })
}

mod own {
    use super::*;
    use base_id::Ids;
    use base_time::Clock;
    use store_kv::{Batch, Direction, KeyRange, Options, PageLimit, Read};

    pub struct Own {
        store: store_kv::Store,
        runtime: tokio::runtime::Runtime,
    }

    impl Own {
        pub fn open(path: &Path) -> anyhow::Result<Self> {
            let options = Options::new(path, Clock::system(), Ids::system()).cache_bytes(CACHE_BYTES as u64);
            let store = store_kv::Store::open(options)?;
            Ok(Self {
                store,
                runtime: tokio::runtime::Builder::new_multi_thread().worker_threads(1).build()?,
            })
        }
    }

    impl Store for Own {
        fn commits(&self) -> Commits {
            Commits::Together
        }

        fn write(&self, writes: &[Write]) -> anyhow::Result<()> {
            let batch = writes.iter().fold(Batch::new(), |batch, (key, value)| match value {
                Some(value) => batch.put(key.clone(), value.clone()),
                None => batch.delete(key.clone()),
            });
            self.runtime.block_on(self.store.commit(batch))?;
            Ok(())
        }

        fn get(&self, key: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
            let snapshot = self.runtime.block_on(self.store.snapshot())?;
            let entry = self.runtime.block_on(snapshot.get(key))?;
            Ok(entry.map(|entry| entry.value.to_vec()))
        }

        fn scan(&self, from: &[u8], most: usize) -> anyhow::Result<Vec<Vec<u8>>> {
            let snapshot = self.runtime.block_on(self.store.snapshot())?;
            let range = KeyRange { start: from.to_vec().into(), end: None };
            let page = snapshot.range(range, Direction::Forward, PageLimit::rows(most));
            let page = self.runtime.block_on(page)?;
            Ok(page.rows.into_iter().map(|row| row.key.to_vec()).collect())
        }
    }
}

mod fjall_engine {
    use super::*;
    use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

    pub struct Fjall {
        rows: Keyspace,
        database: Database,
    }

    impl Fjall {
        pub fn open(path: &Path) -> anyhow::Result<Self> {
            let database =
                Database::builder(path).cache_size(CACHE_BYTES as u64).manual_journal_persist(true).open()?;
            let rows = database.keyspace("rows", KeyspaceCreateOptions::default)?;
            Ok(Self { rows, database })
        }
    }

    impl Store for Fjall {
        fn write(&self, writes: &[Write]) -> anyhow::Result<()> {
            let mut batch = self.database.batch().durability(Some(PersistMode::SyncData));
            for (key, value) in writes {
                match value {
                    Some(value) => batch.insert(&self.rows, key.as_slice(), value.as_slice()),
                    None => batch.remove(&self.rows, key.as_slice()),
                }
            }
            Ok(batch.commit()?)
        }

        fn get(&self, key: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
            Ok(self.rows.get(key)?.map(|value| value.to_vec()))
        }

        fn scan(&self, from: &[u8], most: usize) -> anyhow::Result<Vec<Vec<u8>>> {
            let found = self.rows.range(from..).take(most);
            found.map(|guard| Ok(guard.into_inner().map(|(key, _)| key.to_vec())?)).collect()
        }
    }
}

#[cfg(feature = "engines")]
mod heed_engine {
    use super::*;
    use std::ops::Bound;

    use heed::types::Bytes;
    use heed::{Database, Env, EnvOpenOptions, WithoutTls};

    const GREATEST: usize = 64 << 30;

    pub struct Heed {
        env: Env<WithoutTls>,
        rows: Database<Bytes, Bytes>,
    }

    impl Heed {
        #[expect(unsafe_code, reason = "LMDB maps its file: nobody else may change it, and here nobody does")]
        pub fn open(path: &Path) -> anyhow::Result<Self> {
            let mut options = EnvOpenOptions::new().read_txn_without_tls();
            // SAFETY: the directory is this bench's own.
            let env = unsafe { options.map_size(GREATEST).max_readers(1024).open(path)? };
            let mut tx = env.write_txn()?;
            let rows = env.create_database(&mut tx, None)?;
            tx.commit()?;
            Ok(Self { env, rows })
        }
    }

    impl Store for Heed {
        fn write(&self, writes: &[Write]) -> anyhow::Result<()> {
            let mut tx = self.env.write_txn()?;
            for (key, value) in writes {
                match value {
                    Some(value) => self.rows.put(&mut tx, key, value)?,
                    None => {
                        self.rows.delete(&mut tx, key)?;
                    }
                }
            }
            Ok(tx.commit()?)
        }

        fn get(&self, key: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
            let tx = self.env.read_txn()?;
            Ok(self.rows.get(&tx, key)?.map(<[u8]>::to_vec))
        }

        fn scan(&self, from: &[u8], most: usize) -> anyhow::Result<Vec<Vec<u8>>> {
            let tx = self.env.read_txn()?;
            let bounds = (Bound::Included(from), Bound::Unbounded);
            let found = self.rows.range(&tx, &bounds)?.take(most);
            found.map(|row| Ok(row.map(|(key, _)| key.to_vec())?)).collect()
        }
    }
}

#[cfg(feature = "engines")]
mod redb_engine {
    use super::*;
    use redb::{Database, Durability, ReadableDatabase, TableDefinition};

    const ROWS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("rows");

    pub struct Redb(Database);

    impl Redb {
        pub fn open(path: &Path) -> anyhow::Result<Self> {
            let database = Database::builder().set_cache_size(CACHE_BYTES).create(path.join("redb"))?;
            let tx = database.begin_write()?;
            tx.open_table(ROWS)?;
            tx.commit()?;
            Ok(Self(database))
        }
    }

    impl Store for Redb {
        fn write(&self, writes: &[Write]) -> anyhow::Result<()> {
            let mut tx = self.0.begin_write()?;
            tx.set_durability(Durability::Immediate)?;
            {
                let mut table = tx.open_table(ROWS)?;
                for (key, value) in writes {
                    match value {
                        Some(value) => table.insert(key.as_slice(), value.as_slice())?,
                        None => table.remove(key.as_slice())?,
                    };
                }
            }
            Ok(tx.commit()?)
        }

        fn get(&self, key: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
            let table = self.0.begin_read()?.open_table(ROWS)?;
            Ok(table.get(key)?.map(|value| value.value().to_vec()))
        }

        fn scan(&self, from: &[u8], most: usize) -> anyhow::Result<Vec<Vec<u8>>> {
            let table = self.0.begin_read()?.open_table(ROWS)?;
            let found = table.range(from..)?.take(most);
            found.map(|row| Ok(row.map(|(key, _)| key.value().to_vec())?)).collect()
        }
    }
}

#[cfg(feature = "engines")]
mod canopy_engine {
    use super::*;
    use anyhow::Context;
    use canopydb::{Database, DbOptions, EnvOptions};

    pub struct Canopy(Database);

    impl Canopy {
        pub fn open(path: &Path) -> anyhow::Result<Self> {
            let mut env = EnvOptions::new(path);
            env.page_cache_size = CACHE_BYTES;
            let mut options = DbOptions::new();
            options.default_commit_sync = true;
            let database = Database::with_options(env, options)?;
            let tx = database.begin_write()?;
            tx.get_or_create_tree(b"rows")?;
            tx.commit()?;
            Ok(Self(database))
        }
    }

    impl Store for Canopy {
        fn write(&self, writes: &[Write]) -> anyhow::Result<()> {
            let tx = self.0.begin_write()?;
            {
                let mut tree = tx.get_or_create_tree(b"rows")?;
                for (key, value) in writes {
                    match value {
                        Some(value) => tree.insert(key, value)?,
                        None => {
                            tree.delete(key)?;
                        }
                    }
                }
            }
            tx.commit()?;
            Ok(())
        }

        fn get(&self, key: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
            let tx = self.0.begin_read()?;
            let tree = tx.get_tree(b"rows")?.context("no tree")?;
            Ok(tree.get(key)?.map(|value| value.to_vec()))
        }

        fn scan(&self, from: &[u8], most: usize) -> anyhow::Result<Vec<Vec<u8>>> {
            let tx = self.0.begin_read()?;
            let tree = tx.get_tree(b"rows")?.context("no tree")?;
            let found = tree.range(from..)?.take(most);
            found.map(|row| Ok(row.map(|(key, _)| key.to_vec())?)).collect()
        }
    }
}

#[cfg(feature = "rocksdb")]
mod rocks_engine {
    use super::*;
    use rocksdb::{DB, Direction, IteratorMode, Options, WriteBatch, WriteOptions};

    pub struct Rocks(DB);

    impl Rocks {
        pub fn open(path: &Path) -> anyhow::Result<Self> {
            let mut options = Options::default();
            options.create_if_missing(true);
            options.set_max_background_jobs(2);
            Ok(Self(DB::open(&options, path)?))
        }
    }

    impl Store for Rocks {
        fn write(&self, writes: &[Write]) -> anyhow::Result<()> {
            let mut batch = WriteBatch::default();
            for (key, value) in writes {
                match value {
                    Some(value) => batch.put(key, value),
                    None => batch.delete(key),
                }
            }
            let mut options = WriteOptions::default();
            options.set_sync(true);
            Ok(self.0.write_opt(&batch, &options)?)
        }

        fn get(&self, key: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
            Ok(self.0.get(key)?)
        }

        fn scan(&self, from: &[u8], most: usize) -> anyhow::Result<Vec<Vec<u8>>> {
            let found = self.0.iterator(IteratorMode::From(from, Direction::Forward)).take(most);
            found.map(|row| Ok(row.map(|(key, _)| key.to_vec())?)).collect()
        }
    }
}
