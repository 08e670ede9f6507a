// A family that somebody describes: what is accepted must come back from its own JSON as the same family.
#include "core/model/family_json.h"
#include "tests/fuzz/fuzz_testing.h"

using namespace salient;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    refusesOrReads([&] {
        const Json written = familyToJson(familyFromJson(parseJson(asText(data, size), "salient-family.json"), "salient-family.json"));
        if (familyToJson(familyFromJson(parseJson(written.dump(), "again"), "again")) != written) std::abort();
    });
    return 0;
}
