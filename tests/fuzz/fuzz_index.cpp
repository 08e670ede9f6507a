// model.safetensors.index.json over two shards, a file it does not name and a symbolic link that leads out of the directory.
#include "core/io/checkpoint.h"
#include "tests/fuzz/fuzz_testing.h"

using namespace salient;

namespace {

std::string shard(char name) {
    std::string header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}";
    header[2] = name;
    std::string bytes(8, '\0');
    bytes[0] = static_cast<char>(header.size());
    return bytes + header + "0123";
}

struct ModelFolder : Folder {
    ModelFolder() {
        write("a.safetensors", shard('a'));
        write("b.safetensors", shard('b'));
        write("pytorch_model.bin", "\x80\x02}");
        outside.write("a.safetensors", shard('a'));
        std::filesystem::create_symlink(outside.path() / "a.safetensors", path() / "out.safetensors");
    }
    Folder outside;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const ModelFolder folder;
    folder.write("model.safetensors.index.json", asText(data, size));
    refusesOrReads([] {
        const Checkpoint checkpoint = Checkpoint::open(folder.path());
        for (const auto& file : checkpoint.files()) {
            const std::string name = file.filename().string();
            if (file.parent_path() != folder.path() || (name != "a.safetensors" && name != "b.safetensors")) std::abort();
        }
    });
    return 0;
}
