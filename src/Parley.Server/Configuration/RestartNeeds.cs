using Parley.Server.Configuration.Settings;

namespace Parley.Server.Configuration;

/// <summary>Which settings differ between two configurations that a reload cannot bring into effect.</summary>
internal static class RestartNeeds
{
    public static IEnumerable<string> Between(ServerConfiguration old, ServerConfiguration now)
    {
        foreach (var section in SettingTable.Sections)
        {
            foreach (var (key, setting) in section.Keys)
            {
                if (!setting.Reloads && !setting.IsSame(old, now))
                    yield return "Parley:" + key;
            }
        }
    }
}
