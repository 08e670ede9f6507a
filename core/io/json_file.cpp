#include "core/io/json_file.h"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/io/file_descriptor.h"

namespace salient {
namespace {

constexpr std::size_t kMaxDepth = 64;

/// Builds a Json while nlohmann's reader walks the text. The library's own builder looks every new key up by a linear search, so
/// an object of n keys costs n²: minutes for a vocabulary of 150,000. This one appends, and looks for duplicates once, at
/// the end of each object. Two values for one key are refused: readers disagree on which of them counts.
class JsonBuilder : public nlohmann::json_sax<Json> {
public:
    JsonBuilder(Json& root, std::string_view origin) : root_(root), origin_(origin) {}

    bool null() override { return put(nullptr); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(number_integer_t value) override { return put(value); }
    bool number_unsigned(number_unsigned_t value) override { return put(value); }
    bool number_float(number_float_t value, const string_t&) override { return put(value); }
    bool string(string_t& value) override { return put(std::move(value)); }
    bool binary(binary_t& value) override { return put(std::move(value)); }

    bool start_object(std::size_t) override { return open(Json::object()); }
    bool start_array(std::size_t) override { return open(Json::array()); }

    bool key(string_t& value) override {
        object().emplace_back(std::move(value), nullptr);
        return true;
    }

    bool end_object() override {
        std::vector<std::string_view> keys;
        keys.reserve(object().size());
        for (const auto& [key, value] : object()) keys.emplace_back(key);
        std::sort(keys.begin(), keys.end());
        const auto twice = std::adjacent_find(keys.begin(), keys.end());
        if (twice != keys.end()) fail("key '" + std::string(*twice) + "' appears twice in one object");
        open_.pop_back();
        return true;
    }

    bool end_array() override {
        open_.pop_back();
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
        // "[json.exception.parse_error.101] parse error at line 1, column 2: …": the bracket means nothing to a user.
        std::string_view what = error.what();
        if (const auto bracket = what.find("] "); bracket != std::string_view::npos) what.remove_prefix(bracket + 2);
        fail(std::string(what));
    }

private:
    using Members = std::vector<std::pair<const std::string, Json>>;

    [[noreturn]] void fail(const std::string& reason) const {
        throw Error(ErrorCode::Format, "parseJson: " + std::string(origin_) + ": " + reason);
    }

    // Json's object is a vector with a map's interface; its append is the vector's own.
    Members& object() { return open_.back()->get_ref<Json::object_t&>(); }

    template <typename Value>
    Json& place(Value&& value) {
        if (open_.empty()) return root_ = std::forward<Value>(value);
        Json& parent = *open_.back();
        if (parent.is_array()) return parent.get_ref<Json::array_t&>().emplace_back(std::forward<Value>(value));
        return object().back().second = std::forward<Value>(value);
    }

    template <typename Value>
    bool put(Value&& value) {
        place(std::forward<Value>(value));
        return true;
    }

    bool open(Json container) {
        if (open_.size() >= kMaxDepth) fail("nested deeper than " + std::to_string(kMaxDepth) + " levels");
        // A parent's storage does not move while one of its children is open, so the pointer stays good.
        open_.push_back(&place(std::move(container)));
        return true;
    }

    Json& root_;
    std::string_view origin_;
    std::vector<Json*> open_;
};

}  // namespace

Json parseJson(std::string_view text, std::string_view origin) {
    Json value;
    JsonBuilder builder(value, origin);
    Json::sax_parse(text.begin(), text.end(), &builder);
    return value;
}

Json readJson(const std::filesystem::path& path, std::size_t limit_bytes) { return parseJson(readText(path, limit_bytes), path.string()); }

void writeJson(const std::filesystem::path& path, const Json& value) {
    // A file name may hold bytes that are not UTF-8; they must not keep a report from being written.
    const std::string text = value.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
    const std::filesystem::path temporary = temporaryNameBeside(path);
    try {
        FileDescriptor file = FileDescriptor::createNew(temporary, path);
        file.writeAt(std::as_bytes(std::span(text)), 0);
        file.sync();
        file.close();
        std::error_code error;
        std::filesystem::rename(temporary, path, error);
        if (error) throwSystemError("writeJson", path, error.value());
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        throw;
    }
}

std::string readText(const std::filesystem::path& path, std::size_t limit_bytes) {
    FileDescriptor file = FileDescriptor::openForReading(path);
    const auto tooLarge = [&] {
        return Error(ErrorCode::Format, "readText: " + path.string() + ": expected at most " + std::to_string(limit_bytes) + " bytes");
    };
    const std::uint64_t announced = file.sizeBytes();  // 0 for a file that the system makes (/proc): read until it ends
    if (announced > limit_bytes) throw tooLarge();
    std::string text(announced, '\0');
    std::size_t length = 0;
    for (;;) {
        if (length == text.size()) text.resize(text.size() + std::max<std::size_t>(text.size() / 2, 4096));
        const std::size_t n = file.read(std::as_writable_bytes(std::span(text).subspan(length)));
        if (n == 0) break;
        length += n;
        if (length > limit_bytes) throw tooLarge();
    }
    text.resize(length);
    return text;
}

}  // namespace salient
