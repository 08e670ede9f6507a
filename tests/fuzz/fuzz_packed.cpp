// A quantized layer: the first line is the quantization config, what follows is the safetensors file. Whatever is accepted is a matrix.
#include "core/model/packed/stored_layer.h"
#include "tests/fuzz/fuzz_testing.h"

using namespace salient;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    const std::string input(asText(data, size));
    const std::size_t end = std::min(input.find('\n'), input.size());
    folder.write("config.json", "{\"quantization_config\": " + input.substr(0, end) + "}");
    folder.write("model.safetensors", input.substr(std::min(end + 1, input.size())));
    refusesOrReads([&] {
        const StoredScheme scheme = readScheme(folder.path());
        if (scheme.title().empty() != (scheme.kind == StoredScheme::Kind::Float)) std::abort();
        const Checkpoint checkpoint = Checkpoint::open(folder.path());
        if (!isStoredQuantized(checkpoint, scheme, "x")) return;
        const StoredShape shape = {"x", 32, 64};
        const Matrix weight = readStoredLayer(checkpoint, scheme, shape).weight();
        if (weight.rows() != shape.out_features || weight.cols() != shape.in_features) std::abort();
        if (readStoredLayer(checkpoint, scheme, shape, {9, 3}).codes.rows() != 3) std::abort();
    });
    return 0;
}
