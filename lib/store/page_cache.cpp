#include "store/page_cache.hpp"

#include <memory>
#include <new>

#include <sqlite3.h>

namespace recycled::store {
namespace {

// SQLite's file format, "The Lock-Byte Page": the page around this byte is never used.
constexpr unsigned lock_byte = 0x40000000;
// Nor does any page have this number.
constexpr unsigned no_page = 0;

sqlite3_pcache_methods2 usual;

// One cache, whose pages are the usual one's.
struct Cache {
  sqlite3_pcache* pages;
  unsigned lock_page;

  // The page that is between two numbers is kept under one that is behind nobody.
  unsigned key(unsigned number) const { return number == lock_page ? no_page : number; }
};

Cache& cache_of(sqlite3_pcache* cache) { return *reinterpret_cast<Cache*>(cache); }

sqlite3_pcache* create(int page_size, int extra, int purgeable) {
  sqlite3_pcache* const pages = usual.xCreate(page_size, extra, purgeable);
  if (pages == nullptr) return nullptr;
  const unsigned lock_page = lock_byte / static_cast<unsigned>(page_size) + 1;
  std::unique_ptr<Cache> made(new (std::nothrow) Cache{pages, lock_page});
  if (!made) usual.xDestroy(pages);
  return reinterpret_cast<sqlite3_pcache*>(made.release());
}

void destroy(sqlite3_pcache* cache) {
  const std::unique_ptr<Cache> ended(&cache_of(cache));
  usual.xDestroy(ended->pages);
}

sqlite3_pcache_page* fetch(sqlite3_pcache* cache, unsigned number, int create) {
  const Cache& it = cache_of(cache);
  return usual.xFetch(it.pages, it.key(number), create);
}

void rekey(sqlite3_pcache* cache, sqlite3_pcache_page* page, unsigned from, unsigned to) {
  const Cache& it = cache_of(cache);
  usual.xRekey(it.pages, page, it.key(from), it.key(to));
}

template <auto method, class Result, class... Of>
Result as_usual(sqlite3_pcache* cache, Of... of) {
  return (usual.*method)(cache_of(cache).pages, of...);
}

sqlite3_pcache_methods2 made_of_usual() {
  using Methods = sqlite3_pcache_methods2;
  Methods made = usual;
  made.xCreate = &create;
  made.xDestroy = &destroy;
  made.xFetch = &fetch;
  made.xRekey = &rekey;
  made.xCachesize = &as_usual<&Methods::xCachesize, void, int>;
  made.xPagecount = &as_usual<&Methods::xPagecount, int>;
  made.xUnpin = &as_usual<&Methods::xUnpin, void, sqlite3_pcache_page*, int>;
  made.xTruncate = &as_usual<&Methods::xTruncate, void, unsigned>;
  made.xShrink = &as_usual<&Methods::xShrink, void>;
  return made;
}

}  // namespace

void use_page_cache() {
  if (sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &usual) != SQLITE_OK) return;
  sqlite3_pcache_methods2 ours = made_of_usual();
  sqlite3_config(SQLITE_CONFIG_PCACHE2, &ours);
}

}  // namespace recycled::store
