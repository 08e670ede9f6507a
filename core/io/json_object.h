#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/json_file.h"
#include "core/tensor/matrix.h"

namespace salient {

/// Reads a JSON object whose keys are all known: every key is asked for once, and finish() refuses the rest, so that a typing
/// error is never ignored. A key that is absent leaves the target as it was. Errors are Error{Format} and name the document, the path
/// of the key ("runs[1].method.grid.bits"), what was expected and what was found.
class JsonObject {
public:
    /// Throws when the value is no object. path: where it stands, empty at the top. origin: what errors call the document.
    JsonObject(const Json& value, std::string path, std::string origin);

    void read(const char* key, bool& target);
    void read(const char* key, int& target);
    void read(const char* key, Index& target);
    void read(const char* key, std::uint64_t& target);
    void read(const char* key, double& target);
    void read(const char* key, std::string& target);
    void read(const char* key, std::vector<std::string>& target);
    void read(const char* key, std::vector<Index>& target);
    /// One of `names`; the target is its position.
    void readName(const char* key, const std::vector<std::string>& names, std::size_t& target);
    /// The value itself, or null when the key is absent.
    [[nodiscard]] const Json* find(const char* key);
    [[nodiscard]] std::string pathOf(std::string_view key) const;
    [[nodiscard]] const std::string& origin() const noexcept { return origin_; }
    [[noreturn]] void refuse(std::string_view key, std::string_view expected, const Json& found) const;
    /// Throws Error{Format} naming the first key nobody asked for, and those that are known.
    void finish() const;

private:
    template <typename T>
    void readInteger(const char* key, T& target);

    const Json& object_;
    std::string path_;
    std::string origin_;
    std::vector<std::string> known_;
};

/// A whole number of a document that anyone may have changed: get<int>() of 1e300 has no defined result, that of 2³² + 1 is 1.
/// Throws Error{Format} "where: expected an integer from least to greatest, found …".
[[nodiscard]] std::int64_t integerFrom(const Json& value, std::int64_t least, std::int64_t greatest, const std::string& where);

}  // namespace salient
