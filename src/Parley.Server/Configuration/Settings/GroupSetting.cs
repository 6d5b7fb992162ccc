using System.Text.Json;

namespace Parley.Server.Configuration.Settings;

/// <summary>An object inside a section: settings of one matter under a key of their own.</summary>
internal sealed class GroupSetting<T>(string name, string description, IReadOnlyList<Setting<T>> settings) : Setting<T>(name, description)
    where T : new()
{
    /// <summary>Its settings.</summary>
    public IReadOnlyList<Setting<T>> Settings => settings;

    public override string LeftOut => "";

    public override string Allowed => "an object, below";

    public override void Read(SectionReader reader, T target) =>
        reader.Section(
            Name,
            inner =>
            {
                foreach (var setting in settings)
                    setting.Read(inner, target);
            }
        );

    public override void Copy(T from, T to)
    {
        foreach (var setting in settings)
            setting.Copy(from, to);
    }

    public override bool IsSame(T a, T b) => settings.All(setting => setting.IsSame(a, b));

    public override string Text(T target) => "";

    public override void WriteSchema(Utf8JsonWriter writer, T defaults) => SettingSchema.WriteObject(writer, settings, defaults);
}
