// What the allocator is told before main; jemalloc looks for it by this name. One arena for all
// threads: what one has given back another takes, and each keeps a little at hand.
extern "C" {
const char* malloc_conf = "narenas:1";
}
