// What an export keeps beside its weights (salient.json): what is accepted must come back from its own JSON as the same record.
#include "core/exporter/checksum.h"
#include "core/exporter/salient_record.h"
#include "tests/fuzz/fuzz_testing.h"

using namespace salient;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    refusesOrReads([&] {
        const SalientRecord record = recordFromJson(parseJson(asText(data, size), "salient.json"), "salient.json");
        const Json written = toJson(record);
        if (toJson(recordFromJson(parseJson(written.dump(), "again"), "again")) != written) std::abort();
        for (const auto& [key, text] : record.scales) {
            const auto scales = floatsFromText(text);
            if (scales && scales->size() * 8 != text.size()) std::abort();
        }
    });
    return 0;
}
