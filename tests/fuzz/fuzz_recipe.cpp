// A recipe: what is accepted must come back from its own JSON as the same recipe.
#include "core/recipe/recipe.h"
#include "tests/fuzz/fuzz_testing.h"

using namespace salient;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    refusesOrReads([&] {
        const Json written = toJson(recipeFromJson(parseJson(asText(data, size), "recipe.json"), "/folder"));
        if (toJson(recipeFromJson(parseJson(written.dump(), "again"))) != written) std::abort();
    });
    return 0;
}
