#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/io/json_file.h"
#include "core/tensor/matrix.h"

namespace salient {

/// Checked access to the keys of one JSON object of a configuration. A key that is absent or null is "not given". A key "a|b" stands
/// for the first of its spellings that the object has.
/// Every complaint reads "config.json: key 'rope_scaling.factor': expected …, found …" and is Error{Format}.
class ConfigReader {
public:
    /// origin names the file, path the object inside it ("rope_scaling.", empty at the top). Throws when json is no object.
    ConfigReader(const Json& json, std::string_view origin, std::string_view path = {});

    [[nodiscard]] bool has(const std::string& key) const;
    /// The key is there, if only as null: for keys whose absence means a default and whose null means none.
    [[nodiscard]] bool mentions(const std::string& key) const;
    /// An integer in [low, high].
    [[nodiscard]] Index integer(const std::string& key, Index low, Index high) const;
    [[nodiscard]] Index integer(const std::string& key, Index low, Index high, Index fallback) const;
    /// A finite number above `above`.
    [[nodiscard]] double number(const std::string& key, double above) const;
    [[nodiscard]] double number(const std::string& key, double above, double fallback) const;
    [[nodiscard]] bool boolean(const std::string& key, bool fallback) const;
    [[nodiscard]] std::optional<std::string> string(const std::string& key) const;
    /// The value itself; null when not given.
    [[nodiscard]] const Json& value(const std::string& key) const;
    [[nodiscard]] ConfigReader object(const std::string& key) const;
    [[nodiscard]] const std::string& origin() const noexcept { return origin_; }

    [[noreturn]] void fail(const std::string& key, std::string_view expected) const;  ///< found: the value there
    [[noreturn]] void failUnsupported(const std::string& key, std::string_view expected) const;

private:
    /// The spelling in use; the first when the object has none.
    [[nodiscard]] std::string spelled(const std::string& key) const;
    [[nodiscard]] std::string complaint(const std::string& key, std::string_view expected) const;

    const Json& json_;
    std::string origin_;
    std::string path_;
};

}  // namespace salient
