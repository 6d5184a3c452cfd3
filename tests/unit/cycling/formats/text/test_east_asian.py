import pytest

from cycling.formats import Field
from cycling.formats.text.east_asian import east_asian

CHINESE = "循环号,工步号,记录序号,测试时间(h:min:s.ms),电压(V),电流(mA),温度(℃)"
CHINESE += ",充电容量(mAh),工步类型"
JAPANESE = "サイクル,ステップ,経過時間(s),電圧(V),電流(A),温度(℃)"
KOREAN = "사이클,스텝,시간(s),전압(V),전류(A),온도(℃)"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (CHINESE, "gb18030"),
        ("时间(s),电压(V),电流(A)", "gb18030"),
        (JAPANESE, "cp932"),
        (KOREAN, "cp949"),
        ("循環號,電壓(V),電流(A),時間(s)", "big5"),
    ],
)
def test_the_encoding_is_told_by_the_letters(text, codec):
    assert east_asian(text.encode(codec)) == codec


@pytest.mark.parametrize("text", ["T/°C,µA, ±é", "Größe;Spannung [V];Temperatur [°C];Zustand öß"])
def test_latin_text_is_none_of_them(text):
    assert east_asian(text.encode("cp1252")) is None


def test_a_chinese_file_is_read(proposed):
    rows = "".join(f"1,2,{n},0:0{n}:00.000,3.5,{n},25,0,恒流充电\n" for n in range(4))
    table, mapping = proposed((CHINESE + "\n" + rows).encode("gb18030"))
    assert table.dialect == "comma, decimal point, GB18030"
    fields = {c.field: c.unit for c in mapping.columns}
    assert fields[Field.TEST_TIME] == "h:min:s"
    assert fields[Field.CURRENT] == "mA"
    assert fields[Field.CHARGE_CAPACITY] == "mAh"
    assert {Field.VOLTAGE, Field.CYCLE, Field.STEP_ID, Field.STATE} <= set(fields)
    assert ("温度", "degC") in mapping.channels


@pytest.mark.parametrize(("header", "codec"), [(JAPANESE, "cp932"), (KOREAN, "euc_kr")])
def test_japanese_and_korean_files_are_read(proposed, header, codec):
    rows = "".join(f"1,2,{n},3.5,{n},25\n" for n in range(4))
    _, mapping = proposed((header + "\n" + rows).encode(codec))
    assert {Field.VOLTAGE, Field.CURRENT, Field.TEST_TIME, Field.CYCLE} <= {
        column.field for column in mapping.columns
    }
