// What the allocator is told before main; jemalloc looks for it by this name. One arena for all
// threads: what one has given back another takes, and each keeps a little of its own in front of
// it.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "narenas:1";
}
