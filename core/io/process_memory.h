#pragma once

#include <cstdint>

#include "core/job.h"

namespace salient {

/// What this process holds in memory that the system cannot take back: everything resident but pages of mapped files. Cost: one small
/// read of /proc.
[[nodiscard]] std::int64_t heldMemoryBytes();
/// The most that was resident at any time, pages of mapped files included.
[[nodiscard]] std::int64_t peakMemoryBytes();
/// Of the machine.
[[nodiscard]] std::int64_t physicalMemoryBytes();

/// For a program's start, before its first thread: memory that is let go stays with the process, up to 2 GB, for what is asked for next.
/// Otherwise every large matrix comes from the system and goes back to it, one page fault per 4 KiB: up to half of a forward pass. What
/// stays counts as held.
void keepFreedMemory() noexcept;
/// Gives back to the system what is kept that way and not in use. Takes milliseconds per GB. Any thread.
void giveBackFreedMemory() noexcept;

/// What a std::bad_alloc, which knows neither how much was asked for nor by whom, becomes: what was being done, what is held and what the
/// system allows.
[[nodiscard]] Error outOfMemory(const Progress& doing);

/// "stage: detail (done of total)" of a job's last report; "starting" before the first.
[[nodiscard]] std::string inWords(const Progress& doing);
/// Bytes with a decimal unit, "1.50 GB".
[[nodiscard]] std::string sizeInWords(std::int64_t bytes);

}  // namespace salient
