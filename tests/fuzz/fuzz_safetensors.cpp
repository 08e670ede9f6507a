// A safetensors file: whatever is accepted must lie inside the file and hold as many bytes as its shape says.
#include "core/io/safetensors.h"
#include "tests/fuzz/fuzz_testing.h"

using namespace salient;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    folder.write("m.safetensors", asText(data, size));
    refusesOrReads([size] {
        const SafetensorsFile file = SafetensorsFile::open(folder.path() / "m.safetensors");
        std::size_t n_bytes = 0;
        for (const auto& [name, view] : file.tensors()) {
            if (static_cast<std::size_t>(view.elementCount()) * sizeBytes(view.dtype) != view.bytes.size()) std::abort();
            n_bytes += std::string(reinterpret_cast<const char*>(view.bytes.data()), view.bytes.size()).size();  // reads every byte
        }
        if (n_bytes > size) std::abort();
    });
    return 0;
}
