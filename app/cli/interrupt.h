#pragma once

#include <stop_token>
#include <thread>

namespace salient::cli {

/// Turns the first interrupt (SIGINT, SIGTERM) into a stop request; the second ends the process as if nothing had caught it.
/// To be made before any other thread, which inherits the blocked signals: they are waited for on one thread, as little may be done
/// inside a signal handler.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    [[nodiscard]] std::stop_token token() const noexcept { return source_.get_token(); }

private:
    std::stop_source source_;
    std::thread waiter_;
};

}  // namespace salient::cli
