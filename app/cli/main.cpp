#include <execinfo.h>
#include <unistd.h>

#include <exception>
#include <iostream>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "core/error.h"
#include "core/io/process_memory.h"

int main(int argc, char** argv) {
    salient::keepFreedMemory();
    // The C library loads its unwinder when the first thread ends, and ends the process where there is no memory left for that. Now there
    // is.
    void* frame = nullptr;
    backtrace(&frame, 1);
    try {
        const salient::cli::Interrupt interrupt;
        return salient::cli::runProgram(argc, argv, std::cout, std::cerr, isatty(STDERR_FILENO) == 1, interrupt.token());
    } catch (const std::exception& error) {
        std::cerr << "salient-cli: " << salient::onOneLine(error.what()) << '\n';
        return salient::cli::kFailed;
    }
}
