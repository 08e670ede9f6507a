// A NumPy archive: whatever is accepted must give as many values as its shape says, in rows.
#include "core/io/npz.h"
#include "tests/fuzz/fuzz_testing.h"

using namespace salient;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    folder.write("m.npz", asText(data, size));
    refusesOrReads([] {
        const NpzFile file = NpzFile::open(folder.path() / "m.npz");
        for (const auto& [name, array] : file.arrays()) {
            refusesOrReads([&, name = name] {
                Index n_values = 0;
                file.readRows(name, 16, [&](MatrixView rows, Index) { n_values += rows.size(); });
                if (n_values != file.arrays().at(name).elementCount()) std::abort();
            });
        }
    });
    return 0;
}
