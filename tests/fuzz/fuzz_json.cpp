// The JSON reader under all others: what it accepts, it must write and read back as the same value.
#include "core/io/json_file.h"
#include "tests/fuzz/fuzz_testing.h"

using namespace salient;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    refusesOrReads([&] {
        const Json value = parseJson(asText(data, size), "input");
        if (parseJson(value.dump(), "again") != value) std::abort();
    });
    return 0;
}
