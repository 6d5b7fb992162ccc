using Microsoft.Extensions.Configuration;

namespace Parley.Server.Configuration;

/// <summary>The section Logging as a source that a reload fills anew, so that the levels of a running server change.</summary>
internal sealed class LogSettings : ConfigurationProvider, IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Takes the levels of a section Logging in place of those it had.</summary>
    public void Use(IConfigurationSection logging)
    {
        Data = logging
            .AsEnumerable(makePathsRelative: true)
            .Where(p => p.Value is not null)
            .ToDictionary(p => p.Key, p => p.Value, StringComparer.OrdinalIgnoreCase);
        OnReload();
    }
}
