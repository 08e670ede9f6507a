#include "core/io/gguf.h"

#include <bit>

#include "core/error.h"
#include "core/io/file_start.h"
#include "core/io/gguf_header.h"
#include "core/io/mapped_file.h"

namespace salient {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are stored little-endian and used as they are");

const char* kindOf(const GgufValue& value) {
    constexpr const char* kKinds[] = {"a boolean",          "an integer",        "a number",       "text",
                                      "a list of integers", "a list of numbers", "a list of texts"};
    return kKinds[value.index()];
}

}  // namespace

GgufFile GgufFile::open(const std::filesystem::path& path) {
    GgufFile file;
    file.path_ = path;
    GgufHeader header = readGgufHeader(path, MappedFile::open(path));
    file.tensors_ = std::move(header.tensors);
    file.metadata_ = std::move(header.metadata);
    return file;
}

void GgufFile::fail(const std::string& reason) const { throw Error(ErrorCode::Format, "readGguf: " + path_.string() + ": " + reason); }

void GgufFile::failUnsupported(const std::string& reason) const {
    throw Error(ErrorCode::Unsupported, "readGguf: " + path_.string() + ": " + reason);
}

namespace {

template <typename Value>
const Value* find(const GgufFile& file, const std::string& key, const char* expected) {
    const auto found = file.metadata().find(key);
    if (found == file.metadata().end()) return nullptr;
    const auto* const value = std::get_if<Value>(&found->second);
    if (value == nullptr) file.fail("key '" + key + "': expected " + expected + ", found " + kindOf(found->second));
    return value;
}

template <typename Value>
std::optional<Value> copied(const Value* value) {
    return value == nullptr ? std::nullopt : std::optional<Value>(*value);
}

}  // namespace

std::optional<std::string> GgufFile::text(const std::string& key) const { return copied(find<std::string>(*this, key, "text")); }

std::optional<std::int64_t> GgufFile::integer(const std::string& key) const { return copied(find<std::int64_t>(*this, key, "an integer")); }

std::optional<double> GgufFile::number(const std::string& key) const {
    const auto found = metadata_.find(key);
    if (found != metadata_.end() && std::holds_alternative<std::int64_t>(found->second))
        return static_cast<double>(std::get<std::int64_t>(found->second));
    return copied(find<double>(*this, key, "a number"));
}

std::optional<bool> GgufFile::boolean(const std::string& key) const { return copied(find<bool>(*this, key, "a boolean")); }

const std::vector<std::string>* GgufFile::texts(const std::string& key) const {
    return find<std::vector<std::string>>(*this, key, "a list of texts");
}

const std::vector<std::int64_t>* GgufFile::integers(const std::string& key) const {
    return find<std::vector<std::int64_t>>(*this, key, "a list of integers");
}

const std::vector<double>* GgufFile::numbers(const std::string& key) const {
    return find<std::vector<double>>(*this, key, "a list of numbers");
}

bool isGguf(const std::filesystem::path& path) noexcept { return startsWith(path, "GGUF"); }

}  // namespace salient
