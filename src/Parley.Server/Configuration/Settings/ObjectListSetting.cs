using System.Text.Json;

namespace Parley.Server.Configuration.Settings;

/// <summary>A list of objects with settings of their own. <paramref name="check"/> looks at what belongs together in one object.</summary>
internal sealed class ObjectListSetting<T, TItem>(
    string name,
    string description,
    string itemDescription,
    Func<T, IReadOnlyList<TItem>> get,
    Action<T, IReadOnlyList<TItem>> set,
    IReadOnlyList<Setting<TItem>> settings,
    Action<SectionReader, TItem> check,
    string standard
) : Setting<T>(name, description)
    where TItem : class, new()
{
    /// <summary>The settings of one object.</summary>
    public IReadOnlyList<Setting<TItem>> Settings => settings;

    /// <summary>What one object is.</summary>
    public string ItemDescription => itemDescription;

    public override string LeftOut => standard;

    public override string Allowed => "a list of objects, below";

    public override void Read(SectionReader reader, T target)
    {
        if (reader.Has(Name))
            set(target, reader.Objects(Name, Item));
        else
            reader.Know(Name);
    }

    public override void Copy(T from, T to) => set(to, get(from));

    public override bool IsSame(T a, T b)
    {
        var (left, right) = (get(a), get(b));
        return left.Count == right.Count && left.Zip(right).All(pair => settings.All(s => s.IsSame(pair.First, pair.Second)));
    }

    public override string Text(T target) => standard;

    public override void WriteSchema(Utf8JsonWriter writer, T defaults)
    {
        writer.WriteString("type", "array");
        writer.WriteStartObject("items");
        writer.WriteString("description", itemDescription);
        SettingSchema.WriteObject(writer, settings, new TItem());
        writer.WriteEndObject();
    }

    private TItem Item(SectionReader reader)
    {
        var item = new TItem();
        foreach (var setting in settings)
            setting.Read(reader, item);
        check(reader, item);
        return item;
    }
}
