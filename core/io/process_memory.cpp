#include "core/io/process_memory.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <limits>
#include <string>

namespace salient {

std::int64_t heldMemoryBytes() {
    // statm: "size resident shared text lib data dt" in pages; shared are the pages of files. Without allocating: this is asked when
    // there may be nothing left to allocate.
    const int file = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);  // NOLINT(cppcoreguidelines-pro-type-vararg): POSIX
    if (file < 0) return 0;
    std::array<char, 256> text{};
    const ssize_t n = ::read(file, text.data(), text.size());
    ::close(file);
    std::array<std::int64_t, 3> pages{};
    const char* at = text.data();
    const char* const end = text.data() + (n > 0 ? n : 0);
    for (std::int64_t& value : pages) {
        while (at != end && *at == ' ') ++at;
        at = std::from_chars(at, end, value).ptr;
    }
    return (pages[1] - pages[2]) * std::int64_t{sysconf(_SC_PAGE_SIZE)};
}

std::int64_t peakMemoryBytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return std::int64_t{usage.ru_maxrss} * 1024;  // Linux counts in KiB
}

std::int64_t physicalMemoryBytes() { return std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGE_SIZE); }

void keepFreedMemory() noexcept {
    // One heap for all threads, which grows and shrinks at its end: other ones hold no block of more than 32 MB.
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
    mallopt(M_TOP_PAD, 1 << 26);
}

void giveBackFreedMemory() noexcept { malloc_trim(0); }

std::string inWords(const Progress& doing) {
    if (doing.stage.empty()) return "starting";
    std::string text(doing.stage);
    if (!doing.detail.empty()) text += " " + doing.detail;
    if (doing.total > 0) text += " (" + std::to_string(doing.done) + " of " + std::to_string(doing.total) + ")";
    return text;
}

std::string sizeInWords(std::int64_t bytes) {
    auto value = static_cast<double>(bytes);
    const char* format = "%.0f B";
    for (const char* larger : {"%.1f kB", "%.1f MB", "%.2f GB"}) {
        if (value < 1000.0) break;
        value /= 1000.0;
        format = larger;
    }
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

Error outOfMemory(const Progress& doing) {
    std::string message = inWords(doing) + ": out of memory: " + sizeInWords(heldMemoryBytes()) + " held";
    rlimit limit{};
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        message += ", " + sizeInWords(static_cast<std::int64_t>(limit.rlim_cur)) + " of address space allowed";
    message += ", " + sizeInWords(physicalMemoryBytes()) + " in the machine; fewer or shorter samples, or fewer methods at once, need less";
    return {ErrorCode::OutOfMemory, message};
}

}  // namespace salient
