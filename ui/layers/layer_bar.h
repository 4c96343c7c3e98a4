#pragma once

#include <QFrame>

#include "layers/layer_words.h"
#include "session/layers_session.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace mantissa::ui {

class SegmentedControl;

/// Which format the layers are looked into in, which part of the error is shown, and what runs.
class LayerBar final : public QFrame {
    Q_OBJECT

  public:
    explicit LayerBar(Session& session, QWidget* parent = nullptr);

    SegmentedControl& formats() const { return *formats_; }
    QComboBox& partBox() const { return *part_; }
    QPushButton& runButton() const { return *run_; }
    QPushButton& saveButton() const { return *save_; }
    LayerPart part() const;
    void setNarrow(bool narrow);

  signals:
    void partChosen();

  private:
    void follow();
    void fillFormats();
    void save(LayersSession::FileForm form);

    Session& session_;
    LayersSession& layers_;
    QLabel* formatLabel_;
    SegmentedControl* formats_;
    QLabel* partLabel_;
    QComboBox* part_;
    QPushButton* run_;
    QPushButton* save_;
};

}  // namespace mantissa::ui
