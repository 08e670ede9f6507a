#include "core/io/json_object.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/error.h"

namespace salient {

namespace {

/// How a value of the wrong kind is shown: short, on one line.
std::string shown(const Json& value) {
    std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > 60) text = text.substr(0, 57) + "...";
    return text;
}

std::string listed(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    return list;
}

}  // namespace

JsonObject::JsonObject(const Json& value, std::string path, std::string origin)
    : object_(value), path_(std::move(path)), origin_(std::move(origin)) {
    if (!value.is_object()) {
        throw Error(ErrorCode::Format,
                    origin_ + ": " + (path_.empty() ? "document" : path_) + ": expected an object, found " + shown(value));
    }
}

std::string JsonObject::pathOf(std::string_view key) const { return path_.empty() ? std::string(key) : path_ + "." + std::string(key); }

void JsonObject::refuse(std::string_view key, std::string_view expected, const Json& found) const {
    throw Error(ErrorCode::Format, origin_ + ": " + pathOf(key) + ": expected " + std::string(expected) + ", found " + shown(found));
}

const Json* JsonObject::find(const char* key) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
}

template <typename T>
void JsonObject::readInteger(const char* key, T& target) {
    const Json* value = find(key);
    if (value == nullptr) return;
    const bool fits = value->is_number_unsigned()  ? std::in_range<T>(value->get<std::uint64_t>())
                      : value->is_number_integer() ? std::in_range<T>(value->get<std::int64_t>())
                                                   : false;
    if (!fits) {
        refuse(key,
               "an integer from " + std::to_string(std::numeric_limits<T>::min()) + " to " + std::to_string(std::numeric_limits<T>::max()),
               *value);
    }
    target = value->get<T>();
}

void JsonObject::read(const char* key, int& target) { readInteger(key, target); }
void JsonObject::read(const char* key, Index& target) { readInteger(key, target); }
void JsonObject::read(const char* key, std::uint64_t& target) { readInteger(key, target); }

void JsonObject::read(const char* key, bool& target) {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_boolean()) refuse(key, "true or false", *value);
    target = value->get<bool>();
}

void JsonObject::read(const char* key, double& target) {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_number()) refuse(key, "a number", *value);
    target = value->get<double>();
}

void JsonObject::read(const char* key, std::string& target) {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_string()) refuse(key, "a string", *value);
    target = value->get<std::string>();
}

void JsonObject::read(const char* key, std::vector<std::string>& target) {
    const Json* value = find(key);
    if (value == nullptr) return;
    const bool fits = value->is_array() && std::all_of(value->begin(), value->end(), [](const Json& item) { return item.is_string(); });
    if (!fits) refuse(key, "an array of strings", *value);
    target = value->get<std::vector<std::string>>();
}

void JsonObject::read(const char* key, std::vector<Index>& target) {
    const Json* value = find(key);
    if (value == nullptr) return;
    const auto counts = [](const Json& item) {
        return item.is_number_unsigned() ? std::in_range<Index>(item.get<std::uint64_t>())
                                         : item.is_number_integer() && item.get<std::int64_t>() >= 0;
    };
    if (!value->is_array() || !std::all_of(value->begin(), value->end(), counts)) refuse(key, "an array of numbers from 0", *value);
    target = value->get<std::vector<Index>>();
}

void JsonObject::readName(const char* key, const std::vector<std::string>& names, std::size_t& target) {
    const Json* value = find(key);
    if (value == nullptr) return;
    const auto found = value->is_string() ? std::find(names.begin(), names.end(), value->get<std::string>()) : names.end();
    if (found == names.end()) refuse(key, "one of " + listed(names), *value);
    target = static_cast<std::size_t>(found - names.begin());
}

void JsonObject::finish() const {
    for (const auto& [key, value] : object_.items()) {
        if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
            throw Error(ErrorCode::Format, origin_ + ": " + pathOf(key) + ": expected one of " + listed(known_) + ", found an unknown key");
        }
    }
}

std::int64_t integerFrom(const Json& value, std::int64_t least, std::int64_t greatest, const std::string& where) {
    const bool fits = value.is_number_unsigned() ? std::in_range<std::int64_t>(value.get<std::uint64_t>()) : value.is_number_integer();
    if (!fits || value.get<std::int64_t>() < least || value.get<std::int64_t>() > greatest) {
        throw Error(ErrorCode::Format, where + ": expected an integer from " + std::to_string(least) + " to " + std::to_string(greatest) +
                                           ", found " + shown(value));
    }
    return value.get<std::int64_t>();
}

}  // namespace salient
