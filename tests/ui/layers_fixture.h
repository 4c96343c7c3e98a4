#pragma once

#include <QTest>
#include <memory>

#include "layers/layer_bar.h"
#include "layers/layer_tree.h"
#include "pages/layers_page.h"
#include "session/layers_session.h"
#include "widgets/segmented_control.h"
#include "window_fixture.h"

namespace mantissa::ui::test {

/// The Layers page in the window, with the real session and the bundled model. Tests of it derive from this.
class LayersFixture : public QObject {
  protected:
    WindowFixture fixture_;
    MainWindow* window_ = nullptr;

    LayersPage* page() const { return window_->findChild<LayersPage*>(); }
    Session& session() const { return window_->session(); }
    LayersSession& layers() const { return session().layers(); }
    LayerTree& tree() const { return page()->tree(); }
    QString cell(int layer, int column) const { return tree().layers().text(layer, column); }
    int layerOf(const char* path) const {
        const auto& all = layers().report()->layers;
        for (std::size_t i = 0; i < all.size(); ++i)
            if (all[i].path == path) return static_cast<int>(i);
        return -1;
    }
    const LayerReport& layer(const char* path) const {
        return layers().report()->layers[static_cast<std::size_t>(layerOf(path))];
    }
    void settle() { QTRY_VERIFY_WITH_TIMEOUT(!session().busy() && !layers().isWanted(), kPatience); }
    void showLayersPage() {
        for (std::size_t i = 0; i < window_->pages().size(); ++i)
            if (window_->pages()[i] == page())
                QTest::keyClick(window_, static_cast<Qt::Key>(Qt::Key_1 + static_cast<int>(i)), Qt::ControlModifier);
        QCOMPARE(window_->currentPage(), page());
    }
    void open() {
        showLayersPage();
        QTRY_VERIFY_WITH_TIMEOUT(layers().report() && !layers().showsLive() && !layers().running(), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(layers().values(), kPatience);
        settle();
    }
    void chooseFormat(int index) {
        SegmentedControl& formats = page()->bar().formats();
        QTest::mouseClick(formats.button(index), Qt::LeftButton);
        settle();
        QCOMPARE(layers().report()->format, layers().format());
    }
    void press(QWidget& widget, Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        widget.setFocus();
        QTest::keyClick(&widget, key, modifiers);
    }
};

}  // namespace mantissa::ui::test
