/** The path at which browsers look for an icon by default. */
export const ICON_PATH = "/favicon.ico";

/** A card with a dashed frame: a stand-in for the real one. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect x="1" y="1" width="30" height="30" rx="7" fill="#1f2440"/>
<rect x="6" y="9" width="20" height="14" rx="3" fill="#fff" stroke="#5a4fe0" stroke-width="2" stroke-dasharray="4 2"/>
<path d="M6 14h20" stroke="#5a4fe0" stroke-width="3"/>
</svg>
`;
