#include "app/cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <csignal>

namespace salient::cli {

namespace {

constexpr int kQuit = SIGUSR1;  // sent by the destructor

sigset_t watched() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, kQuit}) sigaddset(&set, signal);
    return set;
}

void endAsIfUncaught(int signal) {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    sigaction(signal, &standard, nullptr);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    kill(getpid(), signal);
}

}  // namespace

Interrupt::Interrupt() {
    std::signal(SIGXFSZ, SIG_IGN);  // a file at its size limit is then an error of write(), which says what could not be written
    const sigset_t set = watched();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    waiter_ = std::thread([source = source_]() mutable {
        const sigset_t waited = watched();
        for (int signal = 0; sigwait(&waited, &signal) == 0 && signal != kQuit;) {
            if (!source.request_stop()) endAsIfUncaught(signal);
        }
    });
}

Interrupt::~Interrupt() {
    pthread_kill(waiter_.native_handle(), kQuit);
    waiter_.join();
}

}  // namespace salient::cli
