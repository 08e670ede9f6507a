#include "core/exporter/format_table.h"

#include <array>

namespace salient {
namespace {

constexpr std::array<Index, 6> kGroupSizes = {-1, 16, 32, 64, 128, 256};
constexpr Index kUsualGroup = 128;

/// One block of LLaMA with widths that every packing and every group size divides; facts alone, no weights.
std::shared_ptr<const Model> divisibleModel() {
    auto model = std::make_shared<Model>();
    model->directory = "any model";
    model->config = ModelConfig::parse({{"model_type", "llama"},
                                        {"vocab_size", 1024},
                                        {"hidden_size", 1024},
                                        {"intermediate_size", 4096},
                                        {"num_hidden_layers", 1},
                                        {"num_attention_heads", 8},
                                        {"max_position_embeddings", 2048},
                                        {"tie_word_embeddings", true},
                                        {"torch_dtype", "float16"}},
                                       "formats");
    model->checkpoint = std::make_shared<const Checkpoint>(Checkpoint::of(model->directory, {}));
    model->name_prefix = model->config.family->prefixes.front();
    model->groups = inputGroups(model->config, model->name_prefix);
    model->linears = listLinears(*model);
    return model;
}

MethodSpec methodOf(int bits, bool is_symmetric, Index group_size) {
    MethodSpec base;
    base.grid.bits = bits;
    base.grid.is_symmetric = is_symmetric;
    base.grid.group_size = group_size;
    return methodFromName("gptq", base);
}

class TableMaker {
public:
    explicit TableMaker(ExportFormat format) : format_(format), model_(divisibleModel()) {}

    std::vector<FormatRow> make() const {
        std::vector<FormatRow> rows;
        for (int bits = 2; bits <= 8; ++bits) {
            for (const bool is_symmetric : {true, false}) {
                FormatRow row = rowOf(bits, is_symmetric);
                if (!row.group_sizes.empty()) rows.push_back(std::move(row));
            }
        }
        for (const ActivationScale scale : {ActivationScale::PerToken, ActivationScale::PerTensor}) {
            MethodSpec method = methodFromName("w8a8");
            method.activations = scale;
            if (!holds(method)) continue;
            FormatRow row;
            row.bits = 8;
            row.activations = scale;
            row.group_sizes = {-1};
            describe(row, method);
            rows.push_back(std::move(row));
        }
        return rows;
    }

private:
    void describe(FormatRow& row, const MethodSpec& method) const {
        row.remarks = exportRemarks(*model_, method, format_);
        row.loaders = loaderVerdicts(*model_, method, format_);
    }

    [[nodiscard]] bool holds(const MethodSpec& method) const { return exportObstacles(*model_, method, format_).empty(); }

    [[nodiscard]] FormatRow rowOf(int bits, bool is_symmetric) const {
        FormatRow row;
        row.bits = bits;
        row.is_symmetric = is_symmetric;
        for (const Index size : kGroupSizes) {
            if (holds(methodOf(bits, is_symmetric, size))) row.group_sizes.push_back(size);
        }
        if (row.group_sizes.empty()) return row;
        MethodSpec method = methodOf(bits, is_symmetric, kUsualGroup);
        describe(row, method);
        if (const auto type = blockTypeOf(method); format_ == ExportFormat::Gguf && type) row.stored_as = name(*type);
        method.gptq.act_order = true;
        row.holds_order = holds(method);
        method.gptq.static_groups = true;
        row.holds_static_order = holds(method);
        return row;
    }

    ExportFormat format_;
    std::shared_ptr<const Model> model_;
};

}  // namespace

std::vector<LoaderVerdict> usualVerdicts(ExportFormat format) {
    return loaderVerdicts(*divisibleModel(), methodOf(4, format != ExportFormat::Awq, kUsualGroup), format);
}

std::vector<FormatRow> formatRows(ExportFormat format) { return TableMaker(format).make(); }

}  // namespace salient
