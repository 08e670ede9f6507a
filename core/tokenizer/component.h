#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/io/json_file.h"

namespace salient {

/// One component of a tokenizer.json and the place it stands in, so that every message says where: "openTokenizer:
/// FILE: pre_tokenizer.pretokenizers[1]: …". Refers to the document; does not own it.
class Component {
public:
    Component(const Json& json, std::string place) : json_(&json), place_(std::move(place)) {}

    [[nodiscard]] const Json& json() const noexcept { return *json_; }
    [[nodiscard]] bool isNull() const noexcept { return json_->is_null(); }
    /// Where it stands, for messages.
    [[nodiscard]] const std::string& place() const noexcept { return place_; }
    /// The value of "type".
    [[nodiscard]] std::string type() const { return text("type"); }

    // Fields by key. Throw Error{Format} when the value has another type, or is absent (or null) and has no fallback.
    [[nodiscard]] bool has(const char* key) const;
    [[nodiscard]] std::string text(const char* key) const;
    [[nodiscard]] std::string text(const char* key, const std::string& fallback) const;
    [[nodiscard]] bool flag(const char* key, bool fallback) const;
    [[nodiscard]] std::int64_t integer(const char* key) const;
    [[nodiscard]] Component at(const char* key) const;
    /// The elements of an array.
    [[nodiscard]] std::vector<Component> list(const char* key) const;

    /// Throws Error{Format} "openTokenizer: place: reason".
    [[noreturn]] void malformed(const std::string& reason) const;
    /// Throws Error{Unsupported} naming `what`.
    [[noreturn]] void unsupported(const std::string& what) const;

private:
    [[nodiscard]] const Json* find(const char* key) const;
    const Json* json_;
    std::string place_;
};

}  // namespace salient
