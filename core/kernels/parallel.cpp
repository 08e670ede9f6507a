#include "core/kernels/parallel.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "core/kernels/onednn.h"

#ifdef __SANITIZE_THREAD__
// oneTBB itself is not compiled with the sanitizer, so its hand-overs between threads have to be told.
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
#define SALIENT_TSAN_ACQUIRE(address) __tsan_acquire(address)
#define SALIENT_TSAN_RELEASE(address) __tsan_release(address)
#define SALIENT_UNSEEN_BY_TSAN __attribute__((no_sanitize_thread))
#else
#define SALIENT_TSAN_ACQUIRE(address) static_cast<void>(address)
#define SALIENT_TSAN_RELEASE(address) static_cast<void>(address)
#define SALIENT_UNSEEN_BY_TSAN
#endif

namespace salient {
namespace {

// The arena bounds the threads of one parallelFor(); the control lets it hold more threads than there are cores, which the
// tests use to show that results do not depend on the number.
struct Pool {
    explicit Pool(int n_threads)
        : limit(oneapi::tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(n_threads)), arena(n_threads) {}
    oneapi::tbb::global_control limit;
    oneapi::tbb::task_arena arena;
};

std::mutex& poolMutex() {
    static std::mutex mutex;
    return mutex;
}

std::shared_ptr<Pool>& sharedPool() {
    static std::shared_ptr<Pool> pool = std::make_shared<Pool>(oneapi::tbb::info::default_concurrency());
    return pool;
}

std::shared_ptr<Pool> currentPool() {
    const std::scoped_lock lock(poolMutex());
    return sharedPool();
}

}  // namespace

void setThreadCount(int n_threads) {
    auto pool = std::make_shared<Pool>(n_threads > 0 ? n_threads : oneapi::tbb::info::default_concurrency());
    const std::scoped_lock lock(poolMutex());
    sharedPool() = std::move(pool);
}

int threadCount() { return currentPool()->arena.max_concurrency(); }

void parallelFor(Index n, Index grain, const std::function<void(Index first, Index last)>& body) {
    if (n <= 0) return;
    const Index step = std::max<Index>(grain, 1);
    const Index n_chunks = (n + step - 1) / step;
    char started = 0;
    char finished = 0;
    // What it captures is read before the hand-over is told.
    const auto run = [&](Index chunk) SALIENT_UNSEEN_BY_TSAN {
        SALIENT_TSAN_ACQUIRE(&started);
        useOneThreadInOneDnn();
        body(chunk * step, std::min(n, (chunk + 1) * step));
        SALIENT_TSAN_RELEASE(&finished);
    };
    if (n_chunks == 1) {
        run(0);
        return;
    }
    const std::shared_ptr<Pool> pool = currentPool();
    SALIENT_TSAN_RELEASE(&started);
    pool->arena.execute([&] { oneapi::tbb::parallel_for(Index{0}, n_chunks, run, oneapi::tbb::simple_partitioner{}); });
    SALIENT_TSAN_ACQUIRE(&finished);
}

}  // namespace salient
