#include <ostream>

#include "app/cli/command.h"
#include "app/cli/text_format.h"
#include "core/exporter/export_checkpoint.h"
#include "core/model/family_json.h"
#include "core/model/gguf/architecture.h"
#include "core/model/model_config.h"

namespace salient::cli {

namespace {

using Align = TextTable::Align;

/// A model of the family whose config.json says nothing that the defaults do not say.
ModelConfig usualConfig(const std::shared_ptr<const Family>& family, bool grouped_queries) {
    ModelConfig config;
    config.family = family;
    config.n_heads = 2;
    config.n_kv_heads = grouped_queries ? 1 : 2;
    config.activation = family->defaults.activation;
    config.parallel_residual = family->parallel_residual;
    config.shares_norm = family->parallel_residual && family->parallel_shares_norm;
    config.attention_norm = family->attention_norm;
    config.mlp_norm = family->mlp_norm;
    if (family->hasExperts()) {
        config.experts.count = 1;  // one stands for all
        config.experts.shared_size = family->experts.shared_router.empty() ? 0 : 1;
        config.experts.in_block = {true};
        if (family->find(Role::Down) != nullptr) config.experts.in_block.push_back(false);
    }
    return config;
}

/// One group of layers that share an input, and what takes the inverse of their scales.
struct GroupSummary {
    InputGroup group;
    bool absorbs_when_grouped = false;  ///< with grouped queries, too
};

std::vector<GroupSummary> summarize(const std::shared_ptr<const Family>& family) {
    const bool may_group = !family->keys.n_kv_heads.empty();
    const std::vector<InputGroup> grouped = inputGroups(usualConfig(family, may_group));
    std::vector<GroupSummary> result;
    for (const InputGroup& group : inputGroups(usualConfig(family, false))) {
        result.push_back({group, grouped[result.size()].absorber.kind != Absorber::Kind::None});
    }
    return result;
}

std::string absorberWord(const GroupSummary& summary) {
    const Absorber& absorber = summary.group.absorber;
    if (absorber.kind == Absorber::Kind::None) return "-";
    const std::string word = absorber.kind == Absorber::Kind::Norm ? "norm" : std::string(name(absorber.role));
    return summary.absorbs_when_grouped ? word : word + "*";
}

std::string shape(const Family& family) {
    std::string text = family.norm.kind == NormKind::RmsNorm ? "RMSNorm" : "LayerNorm";
    if (!family.attention_post_norm.empty()) text += " around";
    if (!family.query_norm.empty()) text += family.keys.head_norms.empty() ? ", q and k normed" : ", q and k normed if config.json says so";
    text += family.find(Role::QueryKeyValue) != nullptr ? ", fused qkv" : "";
    text += family.find(Role::GateUp) != nullptr ? ", fused gate-up" : family.isGated() ? ", gated" : "";
    const bool may_be_parallel = !family.keys.parallel_residual.empty();
    if (!family.keys.newer_blocks.empty()) text += ", grouped or single key heads";
    if (family.hasExperts()) {
        text += ", experts";
        if (!family.experts.shared_router.empty()) text += " and a shared one";
        if (family.find(Role::Down) != nullptr) text += " or an MLP";
    }
    if (family.parallel_residual || may_be_parallel) text += family.parallel_shares_norm ? ", parallel behind one norm" : ", parallel";
    if (may_be_parallel) text += family.parallel_residual ? " or in turn" : " if config.json says so";
    if (family.hasOtherParts()) text += ", beside other parts";
    return text;
}

std::string positions(const Family& family) {
    if (!family.keys.alibi.empty()) return "rotary or alibi";
    switch (family.position) {
        case PositionKind::Rotary:
            return "rotary";
        case PositionKind::Learned:
            return "learned";
        case PositionKind::Alibi:
            return "alibi";
    }
    return {};
}

/// A GGUF file is for llama.cpp, which has to know the architecture; the other formats hold every family.
std::vector<std::string> formatsOf(const Family& family) {
    std::vector<std::string> formats;
    for (const std::string& format : exportFormatNames()) {
        if (exportFormatFromName(format) != ExportFormat::Gguf || gguf::architectureOf(family) != nullptr) formats.push_back(format);
    }
    return formats;
}

Json describe(const std::shared_ptr<const Family>& family) {
    Json groups = Json::array();
    for (const GroupSummary& summary : summarize(family)) {
        const InputGroup& group = summary.group;
        Json members = Json::array();
        for (const LinearKey& key : group.members) members.push_back(name(key));
        Json absorber;
        if (group.absorber.kind != Absorber::Kind::None) {
            absorber = {{"kind", group.absorber.kind == Absorber::Kind::Norm ? "norm" : "linear"},
                        {"name", group.absorber.name},
                        {"with_grouped_queries", summary.absorbs_when_grouped}};
        }
        groups.push_back({{"title", group.title}, {"members", members}, {"absorber", absorber}});
    }
    return {{"model_type", family->model_type},
            {"architectures", family->architectures},
            {"blocks", shape(*family)},
            {"positions", positions(*family)},
            {"groups", groups},
            {"formats", formatsOf(*family)},
            {"facts", familyToJson(*family)}};
}

void print(std::ostream& out) {
    TextTable table({{"family", Align::Left}, {"positions", Align::Left}, {"blocks", Align::Left}, {"scales go into", Align::Left}});
    for (const auto& family : families()) {
        std::string absorbers;
        for (const GroupSummary& summary : summarize(family)) absorbers += (absorbers.empty() ? "" : ", ") + absorberWord(summary);
        table.addRow({family->model_type, positions(*family), shape(*family), absorbers});
    }
    out << table.text()
        << "\nscales go into: for the inputs of attention, its output layer, the MLP, its down layer (three where one norm feeds both);\n"
           "  of a mixture: MLP and routers, an expert, the down layers of the MLP, the shared expert and an expert, as far as there are "
           "any;\n"
           "  - nothing takes them; * not with grouped queries\nformats         ";
    std::string formats;
    for (const std::string& format : exportFormatNames()) {
        if (exportFormatFromName(format) != ExportFormat::Gguf) formats += (formats.empty() ? "" : ", ") + format;
    }
    std::string others;
    for (const auto& family : families()) {
        if (gguf::architectureOf(*family) == nullptr) others += (others.empty() ? "" : ", ") + family->model_type;
    }
    out << formats << ": each holds every family; gguf: all but " << others << "\nanother family  describe it in " << kFamilyFile
        << " in the model's directory; --json prints every family's facts in that form\n";
}

}  // namespace

void addFamilies(CLI::App& program, Action& action) {
    CLI::App* command = program.add_subcommand("families", "List the families of models that can be opened, and what is known of each");
    command->callback([&action] {
        action = [](Context& context) {
            if (!context.common.json) {
                print(context.out);
                return kDone;
            }
            Json all = Json::array();
            for (const auto& family : families()) all.push_back(describe(family));
            context.print({{"families", all}});
            return kDone;
        };
    });
}

}  // namespace salient::cli
