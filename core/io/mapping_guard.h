#pragma once

#include <cstddef>
#include <span>

namespace salient {

/// Lets a mapped file be read without the danger that comes with it: where a file was shortened, or its device fails, touching a page
/// raises SIGBUS, which ends the process and with it hours of work.
///
/// While a guard lives, such a fault inside its mapping puts zeros in the place of the page and of all behind it, marks the mapping as
/// damaged, and lets the reading thread go on. Whoever read must ask isDamaged() before the values count: MappedFile does.
///
/// One handler for the process, installed with the first guard and never removed; any number of guards, mappings and threads. It
/// allocates nothing, takes no lock and leaves errno alone. A SIGBUS that is none of ours goes to the handler that was there before,
/// or ends the process as it would have.
class MappingGuard {
public:
    /// `mapping` must start at a page, be mapped, and stay so until the guard is gone; no byte of it may be read after that.
    explicit MappingGuard(std::span<const std::byte> mapping);
    ~MappingGuard();
    MappingGuard(const MappingGuard&) = delete;
    MappingGuard& operator=(const MappingGuard&) = delete;

    /// A page could not be read; zeros were read instead. Any thread.
    [[nodiscard]] bool isDamaged() const noexcept;

    struct Slot;

private:
    Slot* slot_;
};

}  // namespace salient
