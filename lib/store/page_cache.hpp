// SQLite's own cache of pages, but that a commit does not walk through all of it. Where a tree
// changes, SQLite lets two pages change their numbers by way of one that no page has, behind the
// first GiB; from then on its cache takes that for the last page that it holds, and looks for it
// among all others when the transaction ends: a quarter of the time that small commits took.
#pragma once

namespace recycled::store {

// Of every database that this process opens, if none was opened yet.
void use_page_cache();

}  // namespace recycled::store
