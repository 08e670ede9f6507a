#include "core/io/mapping_guard.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <mutex>

namespace salient {

/// One mapping as the handler sees it. `version` is odd while a slot changes hands: two reads of the same even version with the bounds
/// between them make the bounds belong together. The slot of a mapping that is being read does not change.
struct MappingGuard::Slot {
    std::atomic<std::uint64_t> version{0};
    std::atomic<std::uintptr_t> begin{0};
    std::atomic<std::uintptr_t> end{0};  ///< 0: free
    std::atomic<bool> is_damaged{false};
};

namespace {

using Slot = MappingGuard::Slot;

static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<std::uintptr_t>::is_always_lock_free &&
              std::atomic<bool>::is_always_lock_free);

/// Slots in a list that only grows, so that the handler can walk it at any moment. A model has a few shards, rarely hundreds.
struct Chunk {
    std::array<Slot, 64> slots;
    std::atomic<Chunk*> next{nullptr};
};

Chunk first_chunk;
std::mutex registering;
struct sigaction previous {};
std::uintptr_t page_bytes = 0;

/// Puts zeros from the page of `address` to the end of the guarded mapping it lies in; false when it lies in none.
bool coverWithZeros(std::uintptr_t address) noexcept {
    for (Chunk* chunk = &first_chunk; chunk != nullptr; chunk = chunk->next.load(std::memory_order_acquire)) {
        for (Slot& slot : chunk->slots) {
            const std::uint64_t version = slot.version.load();
            const std::uintptr_t begin = slot.begin.load();
            const std::uintptr_t end = slot.end.load();
            if (address < begin || address >= end || version % 2 != 0 || slot.version.load() != version) continue;
            slot.is_damaged.store(true);
            const std::uintptr_t page = address / page_bytes * page_bytes;
            // The system call itself: a sanitizer's wrapper of mmap must not run in a handler. A read-only private page of zeros costs no
            // memory. All that lies behind is gone with this page, and a fault for each would take seconds in a large file.
            // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): a system call
            return ::syscall(SYS_mmap, page, end - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != -1;
        }
    }
    return false;
}

void passOn(int signal, siginfo_t* info, void* context) {
    if ((previous.sa_flags & SA_SIGINFO) != 0) return previous.sa_sigaction(signal, info, context);
    const bool was_sent = info->si_code <= 0;  // by kill(), not by touching memory
    if (previous.sa_handler == SIG_IGN && was_sent) return;
    if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) return previous.sa_handler(signal);
    // The default action, once this handler has returned: by the same access again, or by the same signal again.
    std::signal(signal, SIG_DFL);
    if (was_sent) std::raise(signal);
}

void onBusError(int signal, siginfo_t* info, void* context) {
    const int error_number = errno;
    if (info->si_code <= 0 || !coverWithZeros(reinterpret_cast<std::uintptr_t>(info->si_addr))) passOn(signal, info, context);
    errno = error_number;
}

void install() {
    page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    ::sigaction(SIGBUS, nullptr, &previous);
    struct sigaction action {};
    action.sa_sigaction = &onBusError;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGBUS, &action, nullptr);
}

/// A slot that no mapping has. `registering` is held.
Slot* freeSlot() {
    for (Chunk* chunk = &first_chunk;; chunk = chunk->next.load()) {
        for (Slot& slot : chunk->slots) {
            if (slot.end.load() == 0) return &slot;
        }
        if (chunk->next.load() == nullptr) chunk->next.store(new Chunk, std::memory_order_release);
    }
}

void assign(Slot& slot, std::uintptr_t begin, std::uintptr_t end) noexcept {
    slot.version.fetch_add(1);
    slot.begin.store(begin);
    slot.end.store(end);
    slot.is_damaged.store(false);
    slot.version.fetch_add(1);
}

}  // namespace

MappingGuard::MappingGuard(std::span<const std::byte> mapping) {
    const std::lock_guard lock(registering);
    if (page_bytes == 0) install();
    slot_ = freeSlot();
    const auto begin = reinterpret_cast<std::uintptr_t>(mapping.data());
    // A mapping covers whole pages, and the last may fault as well.
    assign(*slot_, begin, begin + (mapping.size() + page_bytes - 1) / page_bytes * page_bytes);
}

MappingGuard::~MappingGuard() {
    const std::lock_guard lock(registering);
    assign(*slot_, 0, 0);
}

bool MappingGuard::isDamaged() const noexcept { return slot_->is_damaged.load(); }

}  // namespace salient
