// An importance matrix of either form: whatever is accepted holds finite means for whole matrices.
#include "core/io/imatrix.h"

#include <cmath>

#include "tests/fuzz/fuzz_testing.h"

using namespace salient;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    folder.write("m.imatrix", asText(data, size));
    refusesOrReads([] {
        for (const auto& [name, entry] : Imatrix::open(folder.path() / "m.imatrix").entries) {
            if (entry.counts.empty() || entry.mean_squares.size() % entry.counts.size() != 0) std::abort();
            for (const float mean : entry.mean_squares) {
                if (!std::isfinite(mean) || mean < 0.0F) std::abort();
            }
        }
    });
    return 0;
}
