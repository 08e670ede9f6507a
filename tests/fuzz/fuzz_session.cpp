// The list of a session: what is accepted must come back from its own JSON as the same session.
#include "core/recipe/saved_session.h"
#include "tests/fuzz/fuzz_testing.h"

using namespace salient;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    refusesOrReads([&] {
        const Json written = toJson(sessionFromJson(parseJson(asText(data, size), "session.json"), "session"));
        if (toJson(sessionFromJson(parseJson(written.dump(), "again"), "session")) != written) std::abort();
    });
    return 0;
}
