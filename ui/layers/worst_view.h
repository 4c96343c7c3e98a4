#pragma once

#include <QWidget>
#include <vector>

#include "formats/formats_state.h"
#include "session/layers_session.h"

class QLabel;
class QTableWidget;
class QVBoxLayout;

namespace mantissa::ui {

class BitRow;

/// The elements of a layer that a format changes most, and the bits of the chosen one in each format. Enter, a double
/// click or a click on its bits shows it on the Formats page.
class WorstView final : public QWidget {
    Q_OBJECT

  public:
    explicit WorstView(QWidget* parent = nullptr);

    void setValues(LayerValuesPtr values, bool weights);
    QTableWidget* table() const { return table_; }
    /// The rows of bits, FP32 first.
    const std::vector<BitRow*>& bits() const { return bits_; }

  signals:
    void formatsRequested(const mantissa::ui::FormatsState& state);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    const std::vector<WorstElement>& worst() const;
    void fillRows();
    void showBits();
    void addBits(const Format& format);
    void request(const Format& format);

    LayerValuesPtr values_;
    bool weights_ = true;
    QLabel* none_;
    QTableWidget* table_;
    QLabel* caption_;
    QWidget* bitBox_;
    std::vector<Format> formats_;
    std::vector<BitRow*> bits_;
    std::vector<QLabel*> names_, numbers_;
};

}  // namespace mantissa::ui
