#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

/// A GGUF file written by hand, piece by piece, so that a test can write any of them wrongly.
namespace gguf_bytes {

template <typename Number>
std::string number(Number value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

inline std::string text(const std::string& value) { return number<std::uint64_t>(value.size()) + value; }

inline std::string start(std::uint64_t n_tensors, std::uint64_t n_keys, std::uint32_t version = 3) {
    return "GGUF" + number(version) + number(n_tensors) + number(n_keys);
}

inline std::string textKey(const std::string& key, const std::string& value) { return text(key) + number<std::uint32_t>(8) + text(value); }
inline std::string u32Key(const std::string& key, std::uint32_t value) { return text(key) + number<std::uint32_t>(4) + number(value); }

/// Extents fastest first, as the file has them.
inline std::string tensor(const std::string& name, const std::vector<std::uint64_t>& extents, std::uint32_t type, std::uint64_t offset) {
    std::string bytes = text(name) + number<std::uint32_t>(static_cast<std::uint32_t>(extents.size()));
    for (const std::uint64_t extent : extents) bytes += number(extent);
    return bytes + number(type) + number(offset);
}

inline std::string padded(std::string bytes, std::size_t alignment = 32) {
    bytes.resize((bytes.size() + alignment - 1) / alignment * alignment, '\0');
    return bytes;
}

}  // namespace gguf_bytes
