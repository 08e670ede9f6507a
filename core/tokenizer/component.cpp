#include "core/tokenizer/component.h"

#include "core/error.h"

namespace salient {

const Json* Component::find(const char* key) const {
    if (!json_->is_object()) malformed("expected an object, found " + std::string(json_->type_name()));
    const auto found = json_->find(key);
    return found == json_->end() || found->is_null() ? nullptr : &*found;
}

bool Component::has(const char* key) const { return find(key) != nullptr; }

Component Component::at(const char* key) const {
    const Json* const value = find(key);
    if (value == nullptr) malformed(std::string("expected a field '") + key + "', found none");
    return {*value, place_ + "." + key};
}

std::string Component::text(const char* key) const {
    const Component field = at(key);
    if (!field.json_->is_string()) field.malformed("expected a string, found " + std::string(field.json_->type_name()));
    return field.json_->get<std::string>();
}

std::string Component::text(const char* key, const std::string& fallback) const { return has(key) ? text(key) : fallback; }

bool Component::flag(const char* key, bool fallback) const {
    const Json* const value = find(key);
    if (value == nullptr) return fallback;
    if (!value->is_boolean()) at(key).malformed("expected true or false, found " + std::string(value->type_name()));
    return value->get<bool>();
}

std::int64_t Component::integer(const char* key) const {
    const Component field = at(key);
    if (!field.json_->is_number_integer()) field.malformed("expected an integer, found " + std::string(field.json_->type_name()));
    return field.json_->get<std::int64_t>();
}

std::vector<Component> Component::list(const char* key) const {
    const Component field = at(key);
    if (!field.json_->is_array()) field.malformed("expected an array, found " + std::string(field.json_->type_name()));
    std::vector<Component> elements;
    for (const Json& element : *field.json_) {
        elements.emplace_back(element, field.place_ + "[" + std::to_string(elements.size()) + "]");
    }
    return elements;
}

void Component::malformed(const std::string& reason) const { throw Error(ErrorCode::Format, "openTokenizer: " + place_ + ": " + reason); }

void Component::unsupported(const std::string& what) const {
    throw Error(ErrorCode::Unsupported, "openTokenizer: " + place_ + ": " + what + " is not supported");
}

}  // namespace salient
