#include "core/tokenizer/post_processor.h"

#include "core/tokenizer/limits.h"

namespace salient {
namespace {

constexpr std::size_t kMaxItems = 64;  // of a template, and ids of one special token; two are common

TokenId tokenId(const Component& place, const Json& value) {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > static_cast<std::uint64_t>(tokenizer_limits::kMaxId)) {
        place.malformed("expected a token id, found " + value.dump());
    }
    return value.get<TokenId>();
}

PostProcessor readTemplate(const Component& json) {
    PostProcessor result;
    bool text_seen = false;
    const std::vector<Component> items = json.list("single");
    if (items.size() > kMaxItems) json.unsupported("a template of more than " + std::to_string(kMaxItems) + " parts");
    for (const Component& item : items) {
        if (item.has("Sequence")) {
            if (text_seen) item.unsupported("a template that repeats the text");
            text_seen = true;
            continue;
        }
        const std::string name = item.at("SpecialToken").text("id");
        const Component special = json.at("special_tokens").at(name.c_str());
        const std::vector<Component> ids = special.list("ids");
        if (ids.size() > kMaxItems) special.unsupported("a special token of more than " + std::to_string(kMaxItems) + " ids");
        for (const Component& id : ids) (text_seen ? result.after : result.before).push_back(tokenId(id, id.json()));
    }
    if (!text_seen) json.malformed("single: expected the text in the template");
    return result;
}

/// [content, id] of RobertaProcessing and BertProcessing.
TokenId readPair(const Component& json, const char* key) {
    const std::vector<Component> pair = json.list(key);
    if (pair.size() != 2) json.malformed(std::string(key) + ": expected [text, id]");
    return tokenId(pair[1], pair[1].json());
}

}  // namespace

PostProcessor PostProcessor::read(const Component& json) {
    if (json.isNull()) return {};
    const std::string type = json.type();
    if (type == "ByteLevel") return {};
    if (type == "TemplateProcessing") return readTemplate(json);
    if (type == "RobertaProcessing" || type == "BertProcessing") return {{readPair(json, "cls")}, {readPair(json, "sep")}};
    if (type != "Sequence") json.unsupported("post-processor " + type);
    PostProcessor result;
    const std::vector<Component> steps = json.list("processors");
    if (steps.size() > kMaxItems) json.unsupported("a sequence of more than " + std::to_string(kMaxItems) + " post-processors");
    for (const Component& step : steps) {
        PostProcessor next = read(step);  // each wraps what the ones before it made
        result.before.insert(result.before.begin(), next.before.begin(), next.before.end());
        result.after.insert(result.after.end(), next.after.begin(), next.after.end());
    }
    return result;
}

}  // namespace salient
