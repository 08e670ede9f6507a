#include <unistd.h>

#include <exception>
#include <iostream>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"

int main(int argc, char** argv) {
    try {
        const salient::cli::Interrupt interrupt;
        return salient::cli::runProgram(argc, argv, std::cout, std::cerr, isatty(STDERR_FILENO) == 1, interrupt.token());
    } catch (const std::exception& error) {
        std::cerr << "salient-cli: " << error.what() << '\n';
        return salient::cli::kFailed;
    }
}
