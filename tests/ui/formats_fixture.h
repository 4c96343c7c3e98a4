#pragma once

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "formats/format_table.h"
#include "formats/formats_session.h"
#include "formats/value_bar.h"
#include "formats/value_field.h"
#include "main_window.h"
#include "pages/formats_page.h"
#include "session/session.h"
#include "session/settings.h"
#include "theme/theme.h"
#include "widgets/bit_row.h"

namespace mantissa::ui::test {

/// The Formats page in front of its window, as a user has it without a model.
class FormatsFixture {
  public:
    /// False where the window or the page did not come up.
    bool open() {
        settings.reset();  // or its unwritten values would reach the next test
        QFile::remove(folder.filePath("settings.ini"));
        settings = std::make_unique<Settings>(folder.filePath("settings.ini"));
        settings->set(option::kTheme, 1);
        window = std::make_unique<MainWindow>(*settings);
        window->resize(1440, 900);
        window->show();
        if (!QTest::qWaitForWindowActive(window.get())) return false;
        page = window->findChild<FormatsPage*>();
        for (std::size_t i = 0; i < window->pages().size(); ++i)
            if (window->pages()[i] == page) window->showPage(static_cast<int>(i));
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

    QTemporaryDir folder;
    std::unique_ptr<Settings> settings;
    std::unique_ptr<MainWindow> window;
    FormatsPage* page = nullptr;
};

}  // namespace mantissa::ui::test
