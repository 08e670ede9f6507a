// A file of a session: the first line is its document, what follows a safetensors file of its tensors. They are sealed here with the
// checksums of such a file, so that a changed byte reaches what is read behind them. What depends on a model (sizes, names of layers) is
// core/recipe/tst_saved_files.
#include <algorithm>

#include "core/recipe/saved_numbers.h"
#include "core/recipe/saved_tensors.h"
#include "tests/fuzz/fuzz_testing.h"

using namespace salient;

namespace {

const std::string kFormat = "salient-run 2";

void seal(const SafetensorsFile& plain, const Json& document, const std::filesystem::path& file) {
    TensorsToSave tensors;
    for (const auto& [name, view] : plain.tensors()) {
        tensors.add(name, view.dtype, view.shape, [&bytes = view.bytes] { return std::vector<std::byte>(bytes.begin(), bytes.end()); });
    }
    JobContext job;
    tensors.write(file, kFormat, document, job);
}

void readLayer(const Json& layer) {
    JsonObject object(layer, "layer", "session");
    const Json written = savedLayerReport(readLayerReport(object));
    object.finish();
    JsonObject again(written, "layer", "again");
    if (savedLayerReport(readLayerReport(again)) != written) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    const std::string input(asText(data, size));
    const std::size_t end = std::min(input.find('\n'), input.size());
    folder.write("plain", input.substr(std::min(end + 1, input.size())));
    refusesOrReads([&] { SavedTensors(folder.path() / "plain", kFormat).finish(); });
    refusesOrReads([&] {
        const SafetensorsFile plain = SafetensorsFile::open(folder.path() / "plain");
        seal(plain, parseJson(input.substr(0, end), "document"), folder.path() / "sealed");
        SavedTensors saved(folder.path() / "sealed", kFormat);
        for (const auto& [name, view] : plain.tensors()) {
            if (!std::ranges::equal(saved.take<std::byte>(name, view.dtype, view.shape), view.bytes)) std::abort();
        }
        saved.finish();
        JsonObject document(saved.document(), "", saved.origin());
        if (const Json* layers = document.find("layers")) {
            for (const Json& layer : requireList(*layers, "layers", saved.origin(), 1000)) refusesOrReads([&] { readLayer(layer); });
        }
    });
    return 0;
}
