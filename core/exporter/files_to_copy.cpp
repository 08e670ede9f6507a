#include "core/exporter/files_to_copy.h"

#include "core/io/contained_path.h"
#include "core/model/family_json.h"

namespace salient {

std::vector<std::string> filesToCopy(const Model& model) {
    static constexpr const char* kNames[] = {"generation_config.json",
                                             "tokenizer.json",
                                             "tokenizer.model",
                                             "tokenizer_config.json",
                                             "special_tokens_map.json",
                                             "added_tokens.json",
                                             "vocab.json",
                                             "merges.txt",
                                             "chat_template.jinja",
                                             "chat_template.json",
                                             "preprocessor_config.json",
                                             "processor_config.json",
                                             "tekken.json",
                                             kFamilyFile};
    std::vector<std::string> present;
    for (const char* name : kNames) {
        if (holdsFile(model.directory, name)) present.emplace_back(name);
    }
    if (model.config.raw.contains("auto_map")) {
        for (const std::string& name : namesIn(model.directory)) {
            if (std::filesystem::path(name).extension() == ".py") present.push_back(name);
        }
    }
    return present;
}

}  // namespace salient
