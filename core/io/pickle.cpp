#include "core/io/pickle.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/error.h"

namespace salient {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path) {
    throw Error(ErrorCode::Unsupported,
                "openCheckpoint: " + path.string() +
                    ": expected safetensors, found a pickle file, which can run code when it is read; convert it, on a machine where that "
                    "does not matter, with transformers: "
                    "AutoModelForCausalLM.from_pretrained(DIR).save_pretrained(OUT, safe_serialization=True)");
}

}  // namespace

void refusePickle(const std::filesystem::path& path) {
    constexpr std::array<std::string_view, 6> kPickles{".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"};
    const std::string extension = path.extension().string();
    if (std::find(kPickles.begin(), kPickles.end(), extension) != kPickles.end()) refuse(path);
}

void refusePickle(const std::filesystem::path& path, std::span<const std::byte> first_bytes) {
    if (first_bytes.size() < 4) return;
    const std::string_view start(reinterpret_cast<const char*>(first_bytes.data()), 4);
    // A pickle starts with its protocol, PROTO 2 to 5. The caller knows that the file is no safetensors, whose first bytes are a length.
    const bool is_zip = start == std::string_view("PK\x03\x04", 4);
    const bool is_pickle = start[0] == '\x80' && start[1] >= 2 && start[1] <= 5;
    if (is_zip || is_pickle) refuse(path);
}

}  // namespace salient
