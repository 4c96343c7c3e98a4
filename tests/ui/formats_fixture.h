#pragma once

#include <QCoreApplication>
#include <QTest>

#include "formats/format_table.h"
#include "formats/formats_session.h"
#include "formats/value_bar.h"
#include "formats/value_field.h"
#include "pages/formats_page.h"
#include "widgets/bit_row.h"
#include "window_fixture.h"

namespace mantissa::ui::test {

/// The Formats page in front of its window, as a user has it without a model.
class FormatsFixture : public WindowFixture {
  public:
    /// False where the window or the page did not come up.
    bool open() {
        if (!show()) return false;
        page = showPage<FormatsPage>();
        QCoreApplication::processEvents();  // layouts of the page just shown
        return page && page->isVisible() && window->size() == QSize(1440, 900);
    }

    const FormatEntry& entry(const char* key) const { return page->formats().entry(key); }
    BitRow& bits(const char* key) const { return page->table().row(key)->bits(); }
    ValueField* field() const { return page->valueBar().field(); }
    void type(const QString& text) const {
        field()->setFocus();
        field()->selectAll();
        QTest::keyClicks(field(), text);
    }
    static void clickBit(BitRow& row, int bit) {
        QTest::mouseClick(&row, Qt::LeftButton, {}, row.cellRect(bit).center());
    }

    FormatsPage* page = nullptr;
};

}  // namespace mantissa::ui::test
