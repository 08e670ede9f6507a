#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace salient {

/// Refuses a file of PyTorch's pickle format by its name (*.bin, *.pt, *.pth, *.ckpt, *.pkl, *.pickle): reading one runs whatever code
/// its author put in, so Salient has no reader for it. Throws Error{Unsupported} that says how to convert it.
void refusePickle(const std::filesystem::path& path);

/// The same for a file that hides under another name, by the first bytes of what
/// turned out to be no safetensors file: a ZIP archive (torch.save since PyTorch 1.6) or a pickle.
void refusePickle(const std::filesystem::path& path, std::span<const std::byte> first_bytes);

}  // namespace salient
