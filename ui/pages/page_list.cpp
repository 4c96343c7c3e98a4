#include "pages/page_list.h"

#include "pages/compare_page.h"
#include "pages/dot_product_page.h"
#include "pages/evaluate_page.h"
#include "pages/formats_page.h"
#include "pages/layers_page.h"
#include "pages/memory_page.h"

namespace mantissa::ui {

std::vector<Page*> makePages(Session& session) {
    return {
        new ComparePage(session), new FormatsPage(session), new DotProductPage(session),
        new LayersPage(session),  new MemoryPage(session),  new EvaluatePage(session),
    };
}

}  // namespace mantissa::ui
