#include "core/model/config_reader.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include "core/error.h"

namespace salient {

namespace {

const Json kNull;
constexpr std::size_t kLongestQuote = 80;

}  // namespace

ConfigReader::ConfigReader(const Json& json, std::string_view origin, std::string_view path) : json_(json), origin_(origin), path_(path) {
    if (!json.is_object()) {
        const std::string subject = path.empty() ? std::string() : "key '" + path_.substr(0, path_.size() - 1) + "': ";
        throw Error(ErrorCode::Format, origin_ + ": " + subject + "expected a JSON object, found " + json.type_name());
    }
}

bool ConfigReader::has(const std::string& key) const { return !key.empty() && !value(key).is_null(); }

bool ConfigReader::mentions(const std::string& key) const { return !key.empty() && json_.contains(spelled(key)); }

std::string ConfigReader::spelled(const std::string& key) const {
    const std::size_t bar = key.find('|');
    if (bar == std::string::npos || json_.contains(key.substr(0, bar))) return key.substr(0, bar);
    const std::string others = spelled(key.substr(bar + 1));
    return json_.contains(others) ? others : key.substr(0, bar);
}

const Json& ConfigReader::value(const std::string& key) const {
    const auto found = json_.find(spelled(key));
    return found == json_.end() ? kNull : *found;
}

Index ConfigReader::integer(const std::string& key, Index low, Index high) const {
    const Json& found = value(key);
    const std::string expected = high == std::numeric_limits<Index>::max()
                                     ? "an integer of at least " + std::to_string(low)
                                     : "an integer from " + std::to_string(low) + " to " + std::to_string(high);
    if (!found.is_number_integer()) fail(key, expected);
    // An unsigned value beyond int64 would turn negative on conversion.
    if (found.is_number_unsigned() && found.get<std::uint64_t>() > static_cast<std::uint64_t>(high)) fail(key, expected);
    const auto number = found.get<std::int64_t>();
    if (number < low || number > high) fail(key, expected);
    return number;
}

Index ConfigReader::integer(const std::string& key, Index low, Index high, Index fallback) const {
    return has(key) ? integer(key, low, high) : fallback;
}

double ConfigReader::number(const std::string& key, double above) const {
    const Json& found = value(key);
    const double number = found.is_number() ? found.get<double>() : above;
    if (!std::isfinite(number) || number <= above) {
        const std::string text = Json(above).dump();
        fail(key, above == 0.0 ? "a positive number" : "a number above " + text);
    }
    return number;
}

double ConfigReader::number(const std::string& key, double above, double fallback) const {
    return has(key) ? number(key, above) : fallback;
}

bool ConfigReader::boolean(const std::string& key, bool fallback) const {
    if (!has(key)) return fallback;
    const Json& found = value(key);
    if (!found.is_boolean()) fail(key, "true or false");
    return found.get<bool>();
}

std::optional<std::string> ConfigReader::string(const std::string& key) const {
    if (!has(key)) return std::nullopt;
    const Json& found = value(key);
    if (!found.is_string()) fail(key, "a string");
    return found.get<std::string>();
}

ConfigReader ConfigReader::object(const std::string& key) const { return {value(key), origin_, path_ + spelled(key) + "."}; }

std::string ConfigReader::complaint(const std::string& key, std::string_view expected) const {
    std::string found = mentions(key) ? value(key).dump(-1, ' ', true) : "nothing";
    if (found.size() > kLongestQuote) found = found.substr(0, kLongestQuote) + "…";
    return origin_ + ": key '" + path_ + spelled(key) + "': expected " + std::string(expected) + ", found " + found;
}

void ConfigReader::fail(const std::string& key, std::string_view expected) const {
    throw Error(ErrorCode::Format, complaint(key, expected));
}

void ConfigReader::failUnsupported(const std::string& key, std::string_view expected) const {
    throw Error(ErrorCode::Unsupported, complaint(key, expected));
}

}  // namespace salient
