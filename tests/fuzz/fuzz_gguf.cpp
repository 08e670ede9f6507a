// A GGUF file: whatever is accepted must lie inside the file and decode; its keys give a configuration that can be computed, its tokenizer
// texts, or a refusal.
#include <cstring>

#include "core/io/gguf.h"
#include "core/model/gguf/config.h"
#include "core/tokenizer/gguf_tokenizer.h"
#include "tests/fuzz/fuzz_testing.h"
#include "tests/fuzz/use_tokenizer.h"

using namespace salient;

namespace {

void readEveryByte(const TensorView& view) {
    const std::int64_t n_elements = view.elementCount();
    if (n_elements < 1 || view.rowCount() * view.rowLength() != n_elements) std::abort();
    if (!view.form) {
        if (static_cast<std::size_t>(n_elements) * sizeBytes(view.dtype) != view.bytes.size()) std::abort();
        const std::string copy(reinterpret_cast<const char*>(view.bytes.data()), view.bytes.size());
        if (copy.size() != view.bytes.size()) std::abort();
        return;
    }
    std::vector<float> values(static_cast<std::size_t>(n_elements));
    if (view.form->read(view, 0, view.rowCount(), values.data()).size() != view.bytes.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    folder.write("m.gguf", asText(data, size));
    const std::filesystem::path path = folder.path() / "m.gguf";
    refusesOrReads([&] {
        const GgufFile file = GgufFile::open(path);
        for (const auto& [name, view] : file.tensors()) readEveryByte(view);
    });
    refusesOrReads([&] {
        if (const GgufTokenizer read = readGgufTokenizer(GgufFile::open(path)); read.tokenizer) useTokenizer(*read.tokenizer);
    });
    refusesOrReads([&] {
        const GgufFile file = GgufFile::open(path);
        const gguf::Architecture* const architecture = gguf::architectureOf(file);
        if (architecture == nullptr) return;
        const ModelConfig config = ModelConfig::parse(gguf::configOf(file, *architecture), "m.gguf");
        if (config.n_heads % config.n_kv_heads != 0 || gguf::modulesOf(config, "").empty()) std::abort();
    });
    return 0;
}
