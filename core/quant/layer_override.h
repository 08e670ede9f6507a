#pragma once

#include <optional>
#include <string>

#include "core/tensor/matrix.h"

namespace salient {

/// What is different for some layers of a model, and only that: the rest is the method's.
struct LayerOverride {
    std::string layers;                                ///< regular expression that their full module names contain
    std::optional<std::string> method = std::nullopt;  ///< one of methodNames(), of the same activations as the method it changes
    std::optional<int> bits = std::nullopt;
    std::optional<Index> group_size = std::nullopt;  ///< −1: one scale per row
    std::optional<double> alpha = std::nullopt;      ///< SmoothQuant's, of all layers that read one input; no search there
    std::optional<double> ratio = std::nullopt;      ///< AWQ's, likewise
    std::optional<double> clip = std::nullopt;       ///< AWQ's, layer by layer: no search, and these layers are clipped in any case
    bool operator==(const LayerOverride&) const = default;

    /// Throws Error{InvalidOption} for an expression that is none, or an override that changes nothing.
    void validate() const;
};

}  // namespace salient
