using Microsoft.AspNetCore.Http;

namespace Parley.Management;

/// <summary>The caller of a request to the management side.</summary>
public static class ManagementCallers
{
    private static readonly object Key = new();

    extension(HttpContext context)
    {
        /// <summary>The one that <see cref="IManagementAccess"/> admitted.</summary>
        /// <exception cref="InvalidOperationException">The request is not one of the management listener.</exception>
        public ManagementCaller ManagementCaller =>
            context.Items.TryGetValue(Key, out object? caller) && caller is ManagementCaller found
                ? found
                : throw new InvalidOperationException("The request did not come by the management listener.");
    }

    internal static void Set(HttpContext context, ManagementCaller caller) => context.Items[Key] = caller;
}
